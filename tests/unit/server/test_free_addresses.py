"""An address on which the server could not listen is explained before the start."""

import socket

from keydesk.server.serving import why_not_free


def test_a_port_in_use_is_in_use_on_all_addresses() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for host in ("127.0.0.1", "localhost", "0.0.0.0"):  # noqa: S104 - the probe closes it again
            assert why_not_free(host, port) == "Address already in use"


def test_an_address_of_another_machine_cannot_be_used() -> None:
    assert why_not_free("192.0.2.1", 0) == "Cannot assign requested address"
    assert why_not_free("keydesk.invalid", 0) == "the host name is unknown"


def test_a_free_port_has_no_problem() -> None:
    assert why_not_free("127.0.0.1", 0) is None
    assert why_not_free("localhost", 0) is None
