"""The calls of the protocol over HTTP: reads within bounds, asks who it is, works in the thread pool, answers.

Keeps nothing between requests but connections and counts. Every refusal is a problem document.
"""

from __future__ import annotations

import gzip
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import Route

from vpr_desktop.central import auth, enrolment, heads, intake, logs, openapi, pull, push, standing
from vpr_desktop.central.auth import Caller, Message
from vpr_desktop.central.buckets import Buckets, OwnBuckets, SharedBuckets
from vpr_desktop.central.database import Database, Session, acting_for
from vpr_desktop.central.metrics import Metrics
from vpr_desktop.central.refusals import Refused
from vpr_desktop.central.scopes import stream_of
from vpr_desktop.domain.batches import ID, NotABody, split
from vpr_desktop.sync import protocol
from vpr_desktop.sync.protocol import Have, Lacking, NotAMessage, encode


@dataclass(slots=True)
class Endpoint:
    """What the calls need. `clock` gives seconds since 1970; `public_url` is the address as PCs know it."""

    database: Database
    public_url: str
    clock: Callable[[], float] = time.time
    buckets: Buckets | None = None
    metrics: Metrics | None = None

    def take(self, caller: Caller, size: int, requests: int = 1, session: Session | None = None) -> None:
        """Takes from the device's bucket, within a transaction where one is given. Raises Refused."""
        assert self.buckets is not None
        self.buckets.take(caller.device, requests, size, int(self.clock() * 1000), session)

    @property
    def is_far(self) -> bool:
        """Whether PCs reach it over a link on which packing pays; a balancer here says nothing of that.

        Packing tells nothing by its length: a page holds entries that the PC may read, each salted, and no token; and
        nobody can have a PC fetch the same page again with words of their choice in it.
        """
        return urlsplit(self.public_url).hostname not in protocol.LOOPBACK


def application(endpoint: Endpoint) -> FastAPI:
    """The web application over one database."""
    if endpoint.buckets is None:
        shared = endpoint.database.is_postgres
        endpoint.buckets = SharedBuckets(endpoint.database) if shared else OwnBuckets()
    endpoint.metrics = endpoint.metrics or Metrics()
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.router.redirect_slashes = False
    calls = Calls(endpoint)
    for method, path, call in (
        ("POST", "/v1/enrol", calls.enrol),
        ("POST", "/v1/keys", calls.rotate),
        ("GET", "/v1/keys", calls.keys),
        ("GET", "/v1/heads", calls.heads),
        ("POST", "/v1/streams/{st}/ops", calls.push),
        ("GET", "/v1/streams/{st}/ops", calls.pull),
        ("POST", "/v1/streams/{st}/have", calls.have),
        ("GET", "/v1/openapi.json", calls.openapi),
        ("GET", "/health", calls.health),
        ("GET", "/metrics", calls.metrics),
    ):
        route = Route(path, _guarded(endpoint, path, call), methods=[method])
        route.methods = {method}  # of itself it would take HEAD where it takes GET
        app.router.routes.append(route)  # not through the framework's own: it looks for parameters in every request
    app.add_exception_handler(HTTPException, _no_such_call)
    return app


Call = Callable[[Request], Awaitable[Response]]


def _guarded(endpoint: Endpoint, path: str, call: Call) -> Call:
    """A call whose refusals and faults become problem documents, with its line in the log."""

    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        number = secrets.token_hex(8)
        told: dict[str, Any] = {}
        try:
            made = await call(request)
        except Refused as refused:
            made = _problem(refused, number)
            told["problem"] = refused.kind
            claimed = auth.device_claimed(request.headers)
            if claimed:
                told["claimed"] = claimed
        except Exception as error:  # a fault of ours: the PC tries again later, the log says where
            logs.fault(error, number)
            made = _problem(Refused("fault", retry_after=60), number)
        passed = time.perf_counter() - started
        made.headers["Cache-Control"] = "no-store"
        assert endpoint.metrics is not None
        endpoint.metrics.request(path, made.status_code, passed)
        stream = request.path_params.get("st", "")
        if ID.fullmatch(stream):
            told["stream"] = stream
        logs.event("request", request=number, method=request.method, route=path, status=made.status_code,
                   ms=round(passed * 1000, 1), **told)  # fmt: skip
        return made

    return answer


def _problem(refused: Refused, instance: str) -> Response:
    made = Response(encode(refused.document(instance)), refused.status, media_type=protocol.PROBLEM)
    if refused.retry_after is not None:
        made.headers["Retry-After"] = str(refused.retry_after)
    return made


async def _no_such_call(_request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    made = _problem(Refused("wrong-method" if status == 405 else "not-found"), secrets.token_hex(8))
    made.headers["Cache-Control"] = "no-store"
    allow = (getattr(error, "headers", None) or {}).get("Allow")
    if allow:
        made.headers["Allow"] = allow
    return made


class Calls:
    """One method a call."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.database = endpoint.database

    async def enrol(self, request: Request) -> Response:
        """Joins a PC by a one-time code."""
        message = await self._message(request, protocol.SMALL_REQUEST)

        def work() -> bytes:
            if message.peer not in protocol.LOOPBACK:  # else from a balancer here, which counts them itself
                self._count_joining(message.peer, message.now)
            asked = _decode(message, request, protocol.Enrol)
            proven = enrolment.prove(message, asked)
            self._count_joining(asked.dev, message.now)
            return encode(enrolment.enrol(self.database, asked, proven, message.now))

        return await _json(work)

    def _count_joining(self, who: str, now: int) -> None:
        assert self.endpoint.buckets is not None
        self.endpoint.buckets.take(f"enrol {who}"[:80], 10, 0, now * 1000)

    async def rotate(self, request: Request) -> Response:
        """Changes a PC's key."""
        message = await self._message(request, protocol.SMALL_REQUEST)

        def work() -> bytes:
            asked = _decode(message, request, protocol.Rotate)
            caller = self._caller(message, asked)
            with self.database.write() as session:
                enrolment.rotate(session, caller, asked, message.now)
            return b"{}"

        return await _json(work)

    async def push(self, request: Request) -> Response:
        """Takes batches."""
        st = _stream(request)
        message = await self._message(request, protocol.WIRE_REQUEST)

        def work() -> bytes:
            caller = self._caller(message)
            body = intake.unpack(message.body or b"", request.headers.get("content-encoding"))
            try:
                batches = split(body)
            except NotABody as error:
                raise Refused("unreadable-body", f"line {error.line}: {error}") from error
            if not batches or len(batches) > protocol.MOST_BATCHES:
                raise Refused("unreadable-body" if not batches else "too-large", "the number of batches")
            if message.headers.get("idempotency-key") != batches[0].header.id:
                raise Refused("wrong-idempotency-key")
            answer = push.push(self.database, caller, st, batches, message.now)
            assert self.endpoint.metrics is not None
            self.endpoint.metrics.ops(sum(batch.header.n for batch in batches))
            return encode(answer)

        return await _json(work)

    async def have(self, request: Request) -> Response:
        """Says which batches are not held whole."""
        st = _stream(request)
        message = await self._message(request, protocol.SMALL_REQUEST)

        def work() -> bytes:
            caller = self._caller(message)
            asked = _decode(message, request, Have)
            with self.database.read() as session:
                session.act_for(caller.trust)
                stream = stream_of(session, caller, st, may_be_ended=True)  # it still sends what it has of it
                return encode(Lacking(standing.lacking(session, stream.n, asked.batches, caller.device)))

        return await _json(work)

    async def pull(self, request: Request) -> Response:
        """Gives a page of a stream."""
        st = _stream(request)
        message = self._bare(request)
        after, limit = _number(request, "after", 0), _number(request, "limit", protocol.PAGE_OPS)
        packs = "gzip" in request.headers.get("accept-encoding", "") and self.endpoint.is_far

        def work() -> tuple[bytes, bool]:
            caller = self._caller(message)
            with self.database.read() as session:
                page = pull.page(session, caller, st, after, limit)
            packed = gzip.compress(page.body, 1) if packs else page.body
            # What somebody typed over and over again packs so well that no PC would unpack it.
            body = page.body if protocol.grows_too_much(len(packed), len(page.body)) else packed
            if page.last >= page.first:
                self.endpoint.take(caller, len(body), requests=0)
                with self.database.write() as session:
                    begin = [acting_for(caller.trust)] if session.is_postgres else []
                    told = (page.stream.n, "pull", page.first, page.last, message.now)
                    session.together(*begin, push.logging_act(caller, *told))
            return body, body is not page.body

        body, is_packed = await run_in_threadpool(work)
        headers = {"Content-Encoding": "gzip"} if is_packed else None
        return Response(body, media_type=protocol.JSON_LINES, headers=headers)

    async def heads(self, request: Request) -> Response:
        """Says where all streams in scope stand; 304 where that is known."""
        message = self._bare(request)

        def work() -> tuple[bytes, str]:
            with self.database.admit() as session:
                caller = auth.authenticate(session, message)
                self.endpoint.take(caller, 0, session=session)
                return heads.heads(session, caller)

        # On SQLite it is read from memory and waits for no writer: changing threads twice would take longer.
        body, tag = await run_in_threadpool(work) if self.database.is_postgres else work()
        known = tag in request.headers.get("if-none-match", "")
        return Response(b"" if known else body, 304 if known else 200, {"ETag": tag}, protocol.JSON)

    async def keys(self, request: Request) -> Response:
        """Gives the keys of all devices a reader may meet."""
        message = self._bare(request)

        def work() -> bytes:
            caller = self._caller(message)
            with self.database.read() as session:
                return encode(heads.keys(session, caller))

        return await _json(work)

    async def openapi(self, _request: Request) -> Response:
        """What this endpoint takes and gives."""
        return Response(openapi.as_bytes(), media_type=protocol.JSON)

    async def health(self, _request: Request) -> Response:
        """Whether the database answers."""

        def work() -> bytes:
            with self.database.read() as session:
                session.one("SELECT 1")
            return b'{"status":"ok"}'

        return await _json(work)

    async def metrics(self, request: Request) -> Response:
        """Counts, told to this machine alone."""
        if request.client is None or request.client.host not in protocol.LOOPBACK:
            raise Refused("not-found")
        assert self.endpoint.metrics is not None
        return Response(self.endpoint.metrics.text(), media_type="text/plain; version=0.0.4")

    async def _message(self, request: Request, most: int) -> Message:
        return self._signed(request, await intake.read_body(request, most))

    def _bare(self, request: Request) -> Message:
        return self._signed(request, None)

    def _signed(self, request: Request, body: bytes | None) -> Message:
        query = request.scope.get("query_string", b"")
        raw = request.scope.get("raw_path") or request.scope["path"].encode()
        target = (raw + (b"?" + query if query else b"")).decode("latin-1")
        url = self.endpoint.public_url.rstrip("/") + target
        peer = request.client.host if request.client else ""
        return Message(request.method, url, request.headers, body, int(self.endpoint.clock()), peer)

    def _caller(self, message: Message, handed: protocol.Rotate | None = None) -> Caller:
        with self.database.admit() as session:
            caller = auth.authenticate(session, message, handed)
            self.endpoint.take(caller, len(message.body or b""), session=session)
            return caller


def _stream(request: Request) -> str:
    st = str(request.path_params["st"])
    if not ID.fullmatch(st):
        raise Refused("not-found")
    return st


def _number(request: Request, name: str, otherwise: int) -> int:
    given = request.query_params.getlist(name)
    if not given:
        return otherwise
    if len(given) > 1 or not given[0].isascii() or not given[0].isdigit() or len(given[0]) > 16:
        raise Refused("unreadable-body", f"{name} is not a number")
    return int(given[0])


def _decode(message: Message, request: Request, kind: type[Any]) -> Any:
    body = intake.unpack(message.body or b"", request.headers.get("content-encoding"), protocol.SMALL_REQUEST)
    try:
        return protocol.decode(body, kind)
    except NotAMessage as error:
        raise Refused("unreadable-body", "not the message this call takes") from error


async def _json(work: Callable[[], bytes]) -> Response:
    return Response(await run_in_threadpool(work), media_type=protocol.JSON)
