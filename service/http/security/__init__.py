"""Who may reach the service, who asks, and how much of it one caller can take."""
