"""Quality control: collectors count what a Toloker did, rules compare the counts with their conditions and act.

Listeners (`moments`) put one thing on the calendar per event, and only where the pool or its project has a rule for it; the calendar's
one runner evaluates it before the next request is answered, in one transaction with what the rules do: whatever happened once is
judged once, also after a kill. ASSIGNMENTS_ASSESSMENT alone acts at once, in the transaction of the verdict.

`rules` reads configurations, `history` says what counts, `work`, `answers` and `trainings` are the collectors, `access` notices who
was shut out, `actions` act. CAPTCHA is never evaluated: there are no captchas here.
"""
