"""What it takes to kill processes of a whole stack at the very step, and guests who don't mind."""
