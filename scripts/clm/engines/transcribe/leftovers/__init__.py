"""What of ours is at Amazon, and which of it may go."""
