"""What Airflow discovers: connection types with their forms, operators, configuration. Imports nothing."""

Schema = dict[str, object]

_TEXT: Schema = {"type": ["string", "null"]}
_SECRET: Schema = {"type": ["string", "null"], "format": "password"}
_SWITCH: Schema = {"type": ["boolean", "null"]}
_NUMBER: Schema = {"type": ["number", "null"], "minimum": 0}
_COUNT: Schema = {"type": ["integer", "null"], "minimum": 1}
_TEXTS_BY_NAME: Schema = {"type": ["object", "null"]}
_NUMBERS: Schema = {"type": ["array", "null"], "items": {"type": "integer"}}
_SCHEMES: Schema = {"type": ["string", "null"], "enum": ["none", "basic", "bearer", "header", "query"]}
_FORMATS: Schema = {"type": ["string", "null"], "enum": ["json", "xml"]}


def _field(label: str, description: str, schema: Schema) -> dict[str, object]:
    return {"label": label, "description": description, "schema": schema}


def _timezone(default: str | None = None) -> dict[str, object]:
    told = f"Default: {default}." if default else "Without it the server's local stamps are not used as moments."
    return _field("Time zone", f"IANA zone of the server's local time stamps, such as Europe/Helsinki. {told}", _TEXT)


_COMMON = {
    "company": _field("Company", "Name of the company in folders and reports; each type has a default.", _TEXT),
    "status_map": _field(
        "Status map",
        'JSON: the vendor\'s status word to active, blocked, closed or one_time, such as {"OneTime": "active"}.',
        _TEXTS_BY_NAME,
    ),
    "timeout_seconds": _field(
        "Time-out (seconds)",
        "How long to wait for a connection or for the next bytes. Default: 60.",
        _NUMBER,
    ),
    "max_attempts": _field("Attempts", "How often one request is tried in all. Default: 5.", _COUNT),
    "retry_seconds": _field(
        "Retry budget (seconds)",
        "How long one request may be tried again after its first failure. Default: 15.",
        _NUMBER,
    ),
    "window": _field(
        "Pages in flight",
        "How many pages are asked for at once where a total is announced. Default: 4, Visma.net 2.",
        _COUNT,
    ),
    "max_requests_per_minute": _field(
        "Requests a minute",
        "The most that all tasks of one machine send with this connection. Default: no limit but the vendor's own.",
        _NUMBER,
    ),
    "max_body_bytes": _field(
        "Longest answer (bytes)",
        "A longer answer, or one record of a dump that is longer, is refused. Default: 268435456.",
        _COUNT,
    ),
    "verify_tls": _field("Verify TLS", "Check the server's certificate.", {**_SWITCH, "default": True}),
    "ca_bundle": _field("CA bundle", "Path of a PEM file for a private certificate authority.", _TEXT),
    "allow_http": _field(
        "Allow http", "Permit unencrypted http to other hosts than this machine.", {**_SWITCH, "default": False}
    ),
}


def _changes(overlap_minutes: int) -> dict[str, dict[str, object]]:
    return {
        "overlap_minutes": _field(
            "Overlap (minutes)",
            f"How far before a cursor changes are asked for; what comes again is merged. Default: {overlap_minutes}.",
            _NUMBER,
        ),
        "check_change_filter": _field(
            "Check the change filter",
            "Fail when rows come that are more than a day older than was asked for.",
            {**_SWITCH, "default": True},
        ),
    }


def _connection(
    conn_type: str,
    hook: str,
    title: str,
    fields: dict[str, dict[str, object]],
    *,
    hidden: list[str],
    labels: dict[str, str],
    placeholders: dict[str, str],
) -> dict[str, object]:
    return {
        "connection-type": conn_type,
        "hook-class-name": f"airflow_provider_erp.hooks.{conn_type}.{hook}",
        "hook-name": title,
        "ui-field-behaviour": {
            "hidden-fields": hidden,
            "relabeling": {"port": "Port (Test needs it)"} | labels,
            "placeholders": {"port": "443"} | placeholders,
        },
        "conn-fields": fields | _COMMON,
    }


_VISMA_PX = _connection(
    "visma_px",
    "VismaPxHook",
    "Visma PX",
    {
        "company_id": _field("Company id", "companyId, issued by your PX administrator.", _TEXT),
        "auth_scheme": _field(
            "Authentication",
            "How your PX server wants to be asked; PX publishes no scheme, so there is no default.",
            _SCHEMES,
        ),
        "auth_name": _field("Header or parameter", "Its name, for the schemes header and query.", _TEXT),
        "response_format": _field(
            "Response format", "What the server is asked for: json or xml. Default: json.", _FORMATS
        ),
        "error_message_types": _field(
            "Error message types",
            "Messagetype numbers that are errors although the answer has status 200, such as [3].",
            _NUMBERS,
        ),
        "timezone": _timezone(),
        **_changes(5),
    },
    hidden=["schema"],
    labels={"host": "Base URL above pxapi", "password": "Password, token or key"},
    placeholders={"host": "https://px.example.com"},
)

_VISMA_NET = _connection(
    "visma_net",
    "VismaNetHook",
    "Visma.net ERP",
    {
        "tenant_id": _field("Tenant id", "The company's tenant; a customer's tenant is refused everywhere.", _TEXT),
        "token_url": _field("Token URL", "Default: https://connect.visma.com/connect/token.", _TEXT),
        "scope": _field("Scope", "Default: vismanet_erp_service_api:read.", _TEXT),
        "background_seconds": _field(
            "Background (seconds)",
            "How long a write that the server puts into the background is waited for. Default: 300.",
            _NUMBER,
        ),
        "timezone": _timezone(),
        **_changes(120),
    },
    hidden=["schema"],
    labels={"login": "Client id", "password": "Client secret"},
    placeholders={"host": "https://api.finance.visma.net"},
)

_LEMONSOFT = _connection(
    "lemonsoft",
    "LemonsoftHook",
    "Lemonsoft",
    {
        "database": _field("Database", "The Lemonsoft database to log in to.", _TEXT),
        "api_key": _field("API key", "The API key of the integration.", _SECRET),
        "timezone": _timezone("Europe/Helsinki"),
        "deleted_id_field": _field(
            "Id in the deletion log", "The field that names a deleted record's id. Default: id.", _TEXT
        ),
        **_changes(120),
    },
    hidden=["schema"],
    labels={"host": "Base URL above api"},
    placeholders={"host": "https://rest-s01-prod02.lemonsoft.eu/Lemonsoft30"},
)

_FYNN = _connection(
    "fynn",
    "FynnHook",
    "Fynn",
    {},
    hidden=["schema", "login"],
    labels={"password": "API key"},
    placeholders={"host": "https://coreapi.io"},
)

_CONFIG = {
    "erp": {
        "description": "Settings of the ERP provider.",
        "options": {
            "base_path": {
                "description": "Where batches and reports are kept, as a URL of Airflow's object storage, such as "
                "s3://aws_default@finance/erp. Default: the folder erp in AIRFLOW_HOME.",
                "version_added": "0.1.0",
                "type": "string",
                "example": "file:///var/lib/airflow/erp",
                "default": None,
            },
        },
    }
}


def get_provider_info() -> dict[str, object]:
    """The description that Airflow reads through the entry point ``apache_airflow_provider``."""
    integration = "ERP"
    connections = [_VISMA_PX, _VISMA_NET, _LEMONSOFT, _FYNN]
    return {
        "package-name": "airflow-provider-erp",
        "name": "ERP",
        "description": "Reads customers, project hours and invoices from Visma PX, Visma.net ERP, Lemonsoft and Fynn, "
        "and tells where the systems disagree.",
        "integrations": [
            {
                "integration-name": integration,
                "external-doc-url": "https://pypi.org/project/airflow-provider-erp/",
                "tags": ["service"],
            }
        ],
        "hooks": [
            {
                "integration-name": integration,
                "python-modules": [
                    f"airflow_provider_erp.hooks.{connection['connection-type']}" for connection in connections
                ],
            }
        ],
        "operators": [
            {
                "integration-name": integration,
                "python-modules": [
                    "airflow_provider_erp.operators.fetch",
                    "airflow_provider_erp.operators.reconcile",
                    "airflow_provider_erp.operators.snapshot",
                    "airflow_provider_erp.operators.purge",
                    "airflow_provider_erp.operators.plan",
                    "airflow_provider_erp.operators.approval",
                    "airflow_provider_erp.operators.push",
                    "airflow_provider_erp.operators.visma_net",
                    "airflow_provider_erp.operators.lemonsoft",
                ],
            }
        ],
        "sensors": [
            {
                "integration-name": integration,
                "python-modules": [
                    "airflow_provider_erp.sensors.selection",
                    "airflow_provider_erp.sensors.changes",
                ],
            }
        ],
        "triggers": [
            {
                "integration-name": integration,
                "python-modules": [
                    "airflow_provider_erp.triggers.changes",
                    "airflow_provider_erp.triggers.events",
                ],
            }
        ],
        "notifications": ["airflow_provider_erp.notifications.reconciliation.ErpReconciliationNotifier"],
        "connection-types": connections,
        "extra-links": [
            f"airflow_provider_erp.operators.links.{link}"
            for link in ("ReconciliationReportLink", "BatchManifestLink", "ReceiptsLink")
        ],
        "config": _CONFIG,
    }
