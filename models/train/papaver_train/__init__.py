"""Training of Papaver's dense poppy classifier: plants, scenes, network, export, evaluation."""

GENERATOR_VERSION = "9"
