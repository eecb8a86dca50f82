"""What answers the calls of the protocol: ``about`` the provider, ``offline`` checks, and what may ask AWS."""
