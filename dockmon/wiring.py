"""From settings to running services; knows no Flask.

The order of things is the whole content: what is made from what, what starts
first, what stops last.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from dockmon.config import Settings
from dockmon.engines.choose import client_for
from dockmon.ports import Clock, Publisher, Tasks
from dockmon.probes.choose import probe_for
from dockmon.probes.host import Disks, PsutilHostProbe
from dockmon.probes.own_container import own_container
from dockmon.security.passwords import Argon2Passwords
from dockmon.services.account_book import AccountBook
from dockmon.services.accounts import Accounts
from dockmon.services.actions import Actions
from dockmon.services.broadcaster import Broadcaster
from dockmon.services.fleet import Fleet
from dockmon.services.host_sampler import HostSampler
from dockmon.services.inventory import Inventory
from dockmon.services.logs import Logs
from dockmon.services.sign_ins import SignIns
from dockmon.services.stats_sampler import StatsSampler
from dockmon.services.supervisor import Supervisor
from dockmon.services.watcher import Watcher
from dockmon.storage.accounts import SqlAccountStore
from dockmon.storage.database import Database

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0  # how long a sign-in that was ended elsewhere may go on


@dataclass(frozen=True, slots=True)
class People:
    """Users and sign-ins: all that `dockmon user` needs, and a part of the server."""

    database: Database
    accounts: Accounts
    sign_ins: SignIns


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that works, ready to be started."""

    people: People
    supervisor: Supervisor
    fleet: Fleet
    broadcaster: Broadcaster
    actions: Actions
    host_sampler: HostSampler
    stats_sampler: StatsSampler
    logs: Logs

    def start(self) -> None:
        """Start following the engines and telling of them."""
        self.broadcaster.start()
        self.host_sampler.start()
        self.stats_sampler.start()
        self.fleet.start()
        self.supervisor.every("accounts", LOOK_SECONDS, self.people.sign_ins.look)
        self.supervisor.every("log readers", LOOK_SECONDS, self._keep_log_readers)

    def stop(self) -> None:
        """End everything; safe to call twice."""
        self.supervisor.stop()
        self.host_sampler.stop()
        self.stats_sampler.stop()
        self.logs.close()
        self.fleet.stop()
        self.people.database.close()

    def _keep_log_readers(self) -> None:
        """End the logs of those whose sign-in has ended, like their sockets."""
        standing = self.people.sign_ins.standing
        self.logs.keep(lambda principal: standing(principal) == "live")


def build_people(settings: Settings, tasks: Tasks, clock: Clock) -> People:
    """Open the database, bring its schema up to date, and read the accounts."""
    database = Database.open(settings.database_url, settings.data_dir)
    passwords = Argon2Passwords(tasks)
    book = AccountBook(SqlAccountStore(database))
    accounts = Accounts(book, passwords, clock)
    if settings.admin_user and settings.admin_password:
        made = accounts.ensure_first_admin(settings.admin_user, settings.admin_password)
        if made:
            log.info("the first admin, %s, was created from the settings", settings.admin_user)
    return People(database, accounts, SignIns(book, passwords, clock))


def build(
    settings: Settings, people: People, publisher: Publisher, tasks: Tasks, clock: Clock
) -> Services:
    """Make the services. Nothing runs yet and no engine has been asked."""
    supervisor = Supervisor(tasks, clock)
    inventory = Inventory([engine.name for engine in settings.engines], clock)
    watchers = {
        engine.name: Watcher(
            engine.name,
            client_for(engine),
            inventory,
            supervisor,
            tasks,
            settings.containers_interval,
        )
        for engine in settings.engines
    }
    fleet = Fleet(inventory, watchers)
    broadcaster = Broadcaster(inventory, publisher, supervisor, clock, settings.containers_interval)
    disks = Disks(clock, tasks)
    host_sampler = HostSampler(
        lambda: PsutilHostProbe(clock, disks),
        publisher,
        supervisor,
        clock,
        settings.metrics_interval,
        {engine.name: engine.is_local for engine in settings.engines},
    )
    stats_sampler = StatsSampler(
        inventory,
        {
            engine.name: probe_for(engine, fleet.client(engine.name), settings, tasks, clock)
            for engine in settings.engines
        },
        publisher,
        supervisor,
        clock,
        settings.stats_interval,
    )
    actions = Actions(fleet, clock, settings.read_only, own_container())
    logs = Logs(fleet.resolve, fleet.client, tasks, clock)
    return Services(
        people, supervisor, fleet, broadcaster, actions, host_sampler, stats_sampler, logs
    )
