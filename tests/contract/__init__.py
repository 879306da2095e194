"""What every engine must answer alike."""
