"""Control data: users, sign-ins, and later all that must survive a restart."""
