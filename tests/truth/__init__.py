"""What is said about writes agrees with the tenant, whatever goes wrong."""
