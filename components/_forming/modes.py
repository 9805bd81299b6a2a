"""What a forming converter does from step to step: off, following, changing, forming, starting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components._forming.relays import EARLY_S, cleared

if TYPE_CHECKING:
    from components.pcs_forming import PcsForming

OFF, FOLLOWING, CHANGING, FORMING, STARTING, TRIPPED = 0, 1, 2, 3, 4, 5
MODES = ("off", "following", "changing", "forming", "starting", "tripped")
FORMS, FOLLOWS = 0, 1


def choose(pcs: PcsForming, dt_s: float) -> None:
    """What it does in this step, from what it did in the last and what its bus is now."""
    live = pcs.v_pu > 0.0
    if not pcs.online:
        pcs.mode = OFF
    elif pcs.mode == TRIPPED:
        if cleared(pcs, dt_s):
            pcs.mode = OFF
    elif not pcs.apart:
        connect(pcs, live and pcs.f_hz > 0.0)
    elif pcs.entering:
        pcs.mode = FORMING if live else OFF
    elif pcs.mode == FOLLOWING or (pcs.mode == OFF and live):
        pcs.mode = CHANGING
        pcs.changing_s = 0.0
    elif pcs.mode == OFF and pcs.black_start:
        pcs.mode = STARTING
        pcs.emf_pu = pcs.ramp_pu_per_s * dt_s
        appear(pcs)
    if pcs.mode == CHANGING:
        if pcs.changing_s < pcs.change_s - EARLY_S:
            pcs.changing_s += dt_s
        else:
            pcs.mode = FORMING
            if not live:
                pcs.emf_pu = pcs.v_set_pu
                appear(pcs)
    if not pcs.apart or (pcs.mode != FORMING and pcs.mode != STARTING):
        pcs.angled = False


def connect(pcs: PcsForming, live: bool) -> None:
    """Go on beside others; a converter that was off waits for a live bus."""
    if live or pcs.mode != OFF:
        follows = pcs.when_connected == FOLLOWS
        if follows and pcs.mode != FOLLOWING:
            pcs.given_kw = pcs.p_kw
        pcs.mode = FOLLOWING if follows else FORMING


def appear(pcs: PcsForming) -> None:
    """Begin on a dead bus at its last angle, without a past."""
    pcs.delta_rad = pcs.theta_settled_rad
    pcs.angled = True
    pcs.bearing = False
    pcs.share_pu = 1.0
    pcs.df_hz = 0.0
    pcs.df_limit_hz = 0.0
