"""placeholder"""


def explore(loss): ...
