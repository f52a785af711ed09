"""Checks by a credential that names its owner: tokens, keys, sessions, and services that are asked about them."""

from __future__ import annotations

from functools import cached_property
from typing import Literal, TypeAlias

from authlint.model.condition import Condition, looked_at
from authlint.model.value import Text, Value
from authlint.record import field, record
from authlint.text import Span

CREDENTIALS = frozenset(("authorization", "cookie", "x-api-key"))  # headers


@record
class Place:
    """Where a credential is looked for. Of a header only what stands behind `prefix` counts; none: all of it."""

    kind: Literal["header", "parameter", "cookie"]
    name: str  # of a header: lower case
    prefix: str
    span: Span


@record
class Keys:
    """The keys that signatures are verified with: written here, in a file, or at an upstream."""

    kind: Literal["here", "file", "upstream"]
    upstream: str  # its name, for keys at one
    usable: bool  # False: these can never verify anything, `why`
    why: str
    span: Span
    url: str = ""
    cure: str = ""  # what makes them usable
    held: str = field(default="", repr=False)  # a JWKS that is written here
    lasts: int | None = None  # seconds that they are kept after they were fetched
    lasts_span: Span | None = None


@record
class Provider:
    """Who issues tokens, and what is done with one of theirs. No issuer or audiences: anyone's will do."""

    name: str
    issuer: str
    audiences: tuple[str, ...]
    places: tuple[Place, ...]
    forward: bool  # the token goes on to what is behind; else it is taken away
    payload_header: str  # gets the token's payload
    claim_headers: tuple[tuple[str, str], ...]  # header and claim
    payload_name: str  # under which later checks find the claims
    keys: Keys
    must_expire: bool
    skew: int  # seconds
    subject: Text | None
    longest: int | None  # seconds that a token may live
    padded: bool  # the payload header has the "=" at its end
    verifies: bool  # False: tokens are only read
    span: Span
    forward_span: Span
    reroutes: bool = False  # behind one of its tokens the route is looked for again
    issuer_span: Span | None = None
    audiences_span: Span | None = None
    skew_span: Span | None = None
    payload_span: Span | None = None


@record
class Demand:
    """What a token rule asks for. missing: none, or a good one; failed: whatever; read: the same, and what is behind is
    told of a bad one; nothing: not even that;
    wrong: a demand that nobody has defined, so that everybody is refused."""

    kind: Literal["provider", "any", "all", "missing", "failed", "read", "nothing", "wrong"]
    span: Span
    provider: str = ""
    audiences: tuple[str, ...] | None = None  # in place of the provider's
    parts: tuple[Demand, ...] = ()


@record
class TokenRule:
    when: Condition
    demand: Demand
    span: Span


@record
class Jwt:
    """JSON Web Tokens: the first rule that fits says what is asked for; none asks for nothing."""

    rules: tuple[TokenRule, ...]
    providers: tuple[Provider, ...]
    skips_preflight: bool
    quiet: Span | None  # what says that a refusal carries no challenge
    span: Span
    realm: Value | None = None  # of the challenge; None: the URL that was asked for

    def provider(self, name: str) -> Provider | None:
        return next((one for one in self.providers if one.name == name), None)


@record
class ApiKey:
    """A key in one of several places. `keys` are pairs of client and key."""

    places: tuple[Place, ...]
    keys: tuple[tuple[str, str], ...] = field(repr=False)
    allowed: frozenset[str] | None  # clients; None: all
    hide: bool  # the key ends here
    client_header: str
    span: Span


@record
class Call:
    """A service of its own is asked, with a request made for it: `allow` statuses let the client pass.

    `sends` are tests on the names of the client's headers that the service gets, besides `always`; None: all.
    On a refusal the client gets `denial_headers` of its answer (None: all of them), and those in `denial_always`.
    """

    upstream: str
    defined: bool  # the upstream exists
    prefix: str  # before the path
    sends: tuple[Text, ...] | None
    never: tuple[Text, ...]
    always: frozenset[str]
    allow: frozenset[int]
    otherwise: int  # where the service fails
    fails_open: bool
    takes: tuple[Text, ...]  # headers of its answer that replace the request's
    appends: tuple[Text, ...]
    denial_headers: tuple[Text, ...] | None
    denial_always: frozenset[str]
    success_headers: tuple[Text, ...]
    adds: tuple[tuple[str, Value], ...]  # in place of the client's
    remove_header: str  # of its answer: names the request's headers that end here
    once: frozenset[str]  # headers that are kept once: what is appended comes behind a comma
    most: int | None  # bytes of a body; more are refused with 413
    span: Span
    denial_span: Span | None = None  # of the list of headers that go on with a refusal
    reroutes: bool = False  # where its answer changed the request the route is looked for again
    open_span: Span | None = None  # of the setting that lets requests pass where the service fails
    prefix_span: Span | None = None  # of what stands before the path
    sends_span: Span | None = None  # of the list that says which headers the service gets
    unasked: str = ""  # why asking it always fails
    consents: bool = False  # it is asked in a protocol of its own, in which it may say more than headers do


@record
class Policy:
    name: str
    when: Condition
    span: Span

    @cached_property
    def reads_claims(self) -> bool:
        return any(one.kind == "claim" for one in looked_at(self.when))

    @cached_property
    def reads_credential(self) -> bool:
        """Also where it compares the credential itself."""
        headers = (one.name for one in looked_at(self.when) if one.kind == "header")
        return self.reads_claims or not CREDENTIALS.isdisjoint(headers)


@record
class Allow:
    """Those whom a policy covers pass ("allow"), or are refused ("deny")."""

    action: Literal["allow", "deny"]
    policies: tuple[Policy, ...]
    status: int
    span: Span

    @cached_property
    def reads_claims(self) -> bool:
        return any(one.reads_claims for one in self.policies)

    @cached_property
    def reads_credential(self) -> bool:
        return any(one.reads_credential for one in self.policies)


@record
class SameSite:
    """What is said of a cookie's SameSite. `returning`: the cookie must come back with the redirect from the issuer,
    which is another site's."""

    cookie: str
    value: Literal["strict", "lax", "none"]
    returning: bool
    span: Span


@record
class OAuth:
    """A login in the browser: without a session the client is sent to `sign_in`."""

    sign_in: str
    callback: Condition
    sign_out: Condition
    passes: tuple[Condition, ...]  # requests that are let through unseen
    refuses: tuple[Condition, ...]  # requests that get 401 instead of the redirect
    cookies: tuple[str, ...]  # that make a session
    forwards: bool  # the session's token goes on in Authorization
    preserves: bool  # the client's own Authorization goes on
    span: Span
    client: str = ""  # its id at the issuer of the tokens
    token_url: str = ""
    returns_to: str = ""  # where the issuer is told to send the browser back; "" where a template writes it
    returns_span: Span | None = None
    scopes: tuple[str, ...] = ()
    scopes_span: Span | None = None
    id_cookie: str = ""  # holds the session's ID token
    id_header: str = ""  # in which the ID token goes on
    id_span: Span | None = None
    bound: tuple[SameSite, ...] = ()
    callback_span: Span | None = None


Credentialed: TypeAlias = Jwt | ApiKey | Call | Allow | OAuth
