"""mailbox: takes every mail it is sent, whoever it is for, and shows it in a browser."""
