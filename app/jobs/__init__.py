"""When the clock asks: what runs how often, and how a run is held, recorded and healed."""
