"""Users, for admins."""

from __future__ import annotations

from typing import Any

from flask import Response, g

from dockmon.api.answers import json_response
from dockmon.api.blueprint import Blueprint
from dockmon.domain.accounts import User
from dockmon.schemas import accounts as shapes
from dockmon.schemas.base import Nothing
from dockmon.services.accounts import Accounts


def make_blueprint(accounts: Accounts) -> Blueprint:
    """Return the routes below /users."""
    blp = Blueprint("users", __name__, description="Users and their roles.")

    @blp.get("/users")
    @blp.response(200, shapes.UserList)
    def list_users() -> Response:
        """List the users."""
        return json_response({"data": [_message(accounts, user) for user in accounts.users()]})

    @blp.post("/users")
    @blp.arguments(shapes.NewUser)
    @blp.response(201, shapes.User)
    def add_user(body: dict[str, Any]) -> Response:
        """Add a user."""
        return json_response(_message(accounts, accounts.create(**body)), 201)

    @blp.patch("/users/<name>")
    @blp.arguments(shapes.UserPatch)
    @blp.response(200, shapes.User)
    def change_user(body: dict[str, Any], name: str) -> Response:
        """Change a user's role, password, or whether the account is enabled.

        A changed role or a disabled account ends all sign-ins of the user; a new
        password too, but for the one that asks.
        """
        changed = accounts.change(name, **body, keep_session_id=g.principal.session_id)
        return json_response(_message(accounts, changed))

    @blp.delete("/users/<name>")
    @blp.arguments(Nothing, required=False)
    @blp.response(204)
    def remove_user(_: dict[str, Any], name: str) -> Response:
        """Remove a user and end all their sign-ins."""
        accounts.delete(name)
        return Response(status=204)

    return blp


def _message(accounts: Accounts, user: User) -> dict[str, Any]:
    return {
        "username": user.username,
        "role": user.role,
        "enabled": user.enabled,
        "created_at": user.created_at,
        "sign_ins": accounts.sign_in_count(user.username),
    }
