"""What `flask run` and WSGI servers find."""

from helpdesk.factory import create_app

app = create_app()
