"""Two systems' customers compared: by this provider, by bare SQL, by datacompy."""
