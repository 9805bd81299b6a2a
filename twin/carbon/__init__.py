"""Carbon of a site by rules that know nothing of runs: factors, who meters what, flows, storage."""
