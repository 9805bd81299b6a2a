"""A run against the run of its baseline: what it costs more, what it saves, when it is paid back.

The baseline is the variant that `[economics]` names, run under the same terms. Investments are set
against each other: a baseline that is built new pays for it, one that stands there has `capex_usd`
0. What is saved each year counts at the end of the year, replacements by their even payments.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from twin.kpis import costs
from twin.kpis.account import Account, account_of
from twin.kpis.economics import capex_usd, lcoe_site
from twin.kpis.energy import less, over, served_kwh
from twin.problems import Problem, Problems
from twin.run import Run

LATER = ("replacement", "om", "fuel", "grid", "demand", "logistics")


@dataclass(frozen=True)
class Comparison:
    """A run against its baseline; all savings are those of even yearly payments."""

    baseline: str
    convention: str
    extra_capex_usd: float
    saving_usd_per_y: float  # of all but the investment, replacements included
    npv_usd: float
    payback_simple_y: float | None  # None: never
    payback_discounted_y: float | None
    cost_cut_pu: float  # of the even yearly payment for everything
    lcoe_cut_pu: float | None
    extra_served_kwh_per_y: float | None  # only where it is nothing are costs alone compared

    def figures(self) -> dict[str, float | None]:
        """The numbers by names that carry the convention; None is never."""
        npv = {f"npv_{self.convention}_usd": self.npv_usd}
        names = [one.name for one in fields(self) if one.name not in ("baseline", "convention")]
        return npv | {name: getattr(self, name) for name in names if name != "npv_usd"}


def against(run: Run, baseline: Run) -> Comparison:
    """What a run saves against the run of its baseline; raises Problems where they do not match.

    What is left at the end belongs to the net present value and to no saving.
    """
    own, other = _whole(run), _whole(baseline)
    _check_match(run, baseline, own, other)
    extra_usd = (capex_usd(run) or 0.0) - (capex_usd(baseline) or 0.0)
    saving = other.usd_per_y(kinds=LATER) - own.usd_per_y(kinds=LATER)
    terms, cut_usd_per_y = own.terms, other.usd_per_y() - own.usd_per_y()
    early = 1.0 + terms.discount_pu if terms.convention == "year_start" else 1.0
    worth = costs.annuity_factor(terms.discount_pu, terms.years) * early
    lcoe_usd = lcoe_site(run), lcoe_site(baseline)
    served = over(served_kwh(run), terms.run_y), over(served_kwh(baseline), other.terms.run_y)
    return Comparison(
        baseline=str(baseline.meta["variant"]),
        convention=terms.convention,
        extra_capex_usd=extra_usd,
        saving_usd_per_y=saving,
        npv_usd=cut_usd_per_y * worth,
        payback_simple_y=costs.payback_simple(extra_usd, saving),
        payback_discounted_y=costs.payback_discounted(extra_usd, saving, terms.discount_pu),
        cost_cut_pu=over(cut_usd_per_y, other.usd_per_y()) or 0.0,
        lcoe_cut_pu=less(1.0, over(*lcoe_usd)),
        extra_served_kwh_per_y=less(*served),
    )


def _whole(run: Run) -> Account:
    """The account of a run; raises Problems where there is none for whole years."""
    found = account_of(run)
    if found is None:
        raise _problem(run, "has no account: its scenario has no [economics]")
    if found.missing:
        raise _problem(run, f"has no yearly account; it needs {', '.join(found.missing)}")
    return found


def _check_match(run: Run, baseline: Run, own: Account, other: Account) -> None:
    """Both under the same terms, and the second the baseline that the first names."""
    named, variant = run.meta["economics"]["baseline"], baseline.meta["variant"]
    if named and named != variant:
        ran = f"variant {variant}" if variant else "no variant"
        raise _problem(baseline, f"is a run of {ran}, but the baseline is {named}")
    for name in ("costs", "convention", "discount_pu", "years"):
        mine, its = getattr(own.terms, name), getattr(other.terms, name)
        if mine != its:
            raise _problem(baseline, f"has another {name}: {its}, not {mine}")


def _problem(run: Run, text: str) -> Problems:
    return Problems([Problem(str(run.folder), 0, "", text)])
