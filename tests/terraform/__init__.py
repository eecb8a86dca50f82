"""The Terraform provider: its calls as bytes, under a real engine in this process, and as a process of its own."""
