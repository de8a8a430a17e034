"""`bin/demo`: the whole product and its sandbox on one machine, with nothing installed beforehand."""
