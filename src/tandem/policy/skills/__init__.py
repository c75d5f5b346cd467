"""The skills policy: picks, places, hands over and lifts by planning, from what perception knows."""
