"""How the flows are deployed: Prefect, Kubernetes, a team server."""
