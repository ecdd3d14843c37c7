"""What the HTTP doors share: requests and answers, failures as shown, the stages of a request."""
