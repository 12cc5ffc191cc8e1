"""Two of everything without containers: the configuration of compose.yaml on loopback, for trials and for tests."""
