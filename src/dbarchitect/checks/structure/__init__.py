"""Table structure and modelling."""
