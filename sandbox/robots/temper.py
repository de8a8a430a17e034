"""How good a robot is, and its chance, which the seed fixes."""
import random


class Temper:
    """`of_page` decides about the whole page (pace, skip, spam); `about(thing)` about one picture or question.

    The latter depends on the robot's seed and the thing only, so that who took what first does not change the answers.
    """

    def __init__(self, seed: int, turn: int, accuracy: float, spam: float) -> None:
        self.seed, self.accuracy = seed, accuracy
        self.of_page = random.Random(f"{seed}:{turn}")
        self.spams = self.of_page.random() < spam

    def about(self, thing: str) -> random.Random:
        return random.Random(f"{self.seed}:{thing}:{'spam' if self.spams else 'work'}")
