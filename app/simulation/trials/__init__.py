"""What would another policy have alerted? Two replays of the same days, compared."""
