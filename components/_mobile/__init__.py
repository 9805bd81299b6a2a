"""What is around the payload of a mobile unit: stages, team, tour, fuel."""
