"""Where the program finds a tenant: profiles, the environment, secrets."""
