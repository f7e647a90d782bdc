"""A package, because pytest ends what a folder shares with its last test only where the folder is one."""
