"""Room 2: the crowd. Provider accounts, pools, assignments, commands, mirror, review, money."""
