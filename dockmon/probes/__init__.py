"""Reading the machine dockmon runs on."""
