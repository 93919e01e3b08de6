"""What provisioning would give a group or a person, and why. Changes nothing."""
