"""`cinv`, and `python -m customer_inventory`."""

from customer_inventory.cli.root import main

if __name__ == "__main__":
    main()
