"""What subjects chose about the use of their data (TMF644), and who is kept from it thereby."""
