"""The browser's files as they are sent: named by what is in them, packed, asked again, in parts."""

import gzip
import json
import shutil
import subprocess

import pytest
from flask import Flask

from dockmon.pages.assets import COMMENT, Assets
from dockmon.pages.headers import PageHeaders
from dockmon.pages.views import make_blueprint

PARSE_ALL = """
import { readFileSync } from "node:fs";
import { SourceTextModule } from "node:vm";
for (const [identifier, text] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  new SourceTextModule(text, { identifier });
}
"""
MAIN = 'import { a } from "./views/a.js";\nimport "./early.js";\nconst late = () => import("./views/late.js");\n'
SOURCE = """\
/** What it does,
 * and why. */
const a = /** @type {any} */ (1); // a number
/** @type {any} */ (a).b = 2;
  // alone
  const text = "// not a comment"; /* nor
  alone */
/* one */ const c = 3; /* two */
"""
LEAN = """\


const a = /** @type {any} */ (1); // a number
/** @type {any} */ (a).b = 2;

  const text = "// not a comment"; /* nor
  alone */
/* one */ const c = 3; /* two */
"""
FILES = {
    "static/js/main.js": MAIN,
    "static/js/early.js": SOURCE,
    "static/js/views/a.js": 'import { h } from "preact";\nexport * from "../lib/b.js";\n',
    "static/js/lib/b.js": '/**\n * @import { U } from "./types.js"\n */\n/** @typedef {import("./types.js").T} T */\nexport const b = 1;\n'
    * 20,
    "static/js/lib/types.js": "export {};\n",
    "static/js/views/late.js": "export {};\n",
    "static/css/page.css": '/* All. */\n@import "a.css";\n@import "../vendor/b.css";\n',
    "static/css/a.css": "a {\n  color: red;\n}\n",
    "static/vendor/b.css": "b{color:blue}",
    "static/vendor/importmap.json": json.dumps({"imports": {"preact": "preact.mjs"}}),
    "static/vendor/preact.mjs": "export const h = 1;",
    "static/manifest.webmanifest": "{}",
    "static/.hidden.js": "secret",
    "static/secret.pem": "secret",
    "templates/index.html": "{{ files }}",
}


@pytest.fixture
def root(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def assets(root):
    return Assets(root)


def browser(assets, base_path="/"):
    app = Flask(__name__, static_folder=None, template_folder=str(assets.templates))
    app.register_blueprint(make_blueprint(assets, PageHeaders(), base_path))
    return app.test_client()


def test_the_first_view_is_what_main_imports_and_what_that_imports(assets):
    assert assets.first_modules() == [
        "js/early.js",
        "js/lib/b.js",
        "js/main.js",
        "js/views/a.js",
        "vendor/preact.mjs",
    ]


def test_another_content_has_another_name(assets, root):
    before = assets.version
    assert Assets(root).version == before
    (root / "static" / "js" / "early.js").write_text("// changed")
    assert Assets(root).version != before


def test_what_changes_on_the_disk_does_not_change_under_a_name(assets, root):
    client = browser(assets)
    (root / "static" / "js" / "early.js").write_text("// changed")
    assert client.get(f"/static/{assets.version}/js/early.js").text == LEAN


def test_comments_stay_at_home_and_lines_where_they_are(assets):
    client = browser(assets)
    assert client.get(f"/static/{assets.version}/js/early.js").text == LEAN
    assert client.get("/static/js/early.js").text == SOURCE


def test_the_sheets_travel_as_one(assets):
    client = browser(assets)
    sent = client.get(f"/static/{assets.version}/css/page.css")
    assert sent.mimetype == "text/css"
    assert sent.text.split() == ["a", "{", "color:", "red;", "}", "b{color:blue}"]
    assert client.get("/static/css/page.css").text == FILES["static/css/page.css"]


def test_only_comments_are_left_out_of_our_own_scripts():
    """A lone back-tick in a comment changes nothing, and would end a text it got into."""
    marked = {
        name: COMMENT.sub(b"/*`*/", asset.body).decode()
        for name, asset in Assets().files.items()
        if name.startswith("js/")
    }
    assert len(marked) > 50
    node = shutil.which("node") or pytest.skip("node is missing")
    checked = subprocess.run(
        [
            node,
            "--experimental-vm-modules",
            "--no-warnings",
            "--input-type=module",
            "-e",
            PARSE_ALL,
        ],
        input=json.dumps(marked),
        capture_output=True,
        text=True,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_below_its_name_a_file_is_kept_for_ever_and_elsewhere_asked_again(assets):
    client = browser(assets)
    kept = client.get(f"/static/{assets.version}/js/main.js")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    asked = client.get("/static/js/main.js")
    assert asked.headers["Cache-Control"] == "no-cache"
    assert kept.text == asked.text == MAIN
    assert kept.mimetype == "text/javascript"


def test_words_and_manifest_are_asked_again(assets):
    client = browser(assets)
    for path in ("/i18n/en.json", "/i18n/ko.json", "/manifest.webmanifest"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-cache"
    assert (
        client.get(f"/static/{assets.version}/i18n/ko.json").json
        == client.get("/i18n/ko.json").json
    )


@pytest.mark.parametrize(
    "name",
    [
        "nothing.js",
        ".hidden.js",
        "secret.pem",
        "../templates/index.html",
        "%2e%2e/templates/index.html",
        "js/../../templates/index.html",
        "0123456789abcdef/js/main.js",
        "js",
        "",
    ],
)
def test_nothing_else_is_served(assets, name):
    assert browser(assets).get(f"/static/{name}").status_code == 404


def test_a_browser_that_can_unpack_gets_it_packed(assets):
    client = browser(assets)
    plain = client.get("/static/js/lib/b.js")
    packed = client.get("/static/js/lib/b.js", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    # A cache between must keep the two apart.
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["ETag"] != packed.headers["ETag"]


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_say_so_gets_it_plain(assets, accepted):
    answer = browser(assets).get("/static/js/lib/b.js", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.data == FILES["static/js/lib/b.js"].encode()


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_what_one_has_is_not_sent_again(assets, accepted):
    client = browser(assets)
    headers = {"Accept-Encoding": accepted}
    first = client.get("/static/js/lib/b.js", headers=headers)
    again = client.get(
        "/static/js/lib/b.js", headers={**headers, "If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")
    for name in ("ETag", "Vary", "Cache-Control"):
        assert again.headers[name] == first.headers[name]


@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_the_head_alone_says_what_the_whole_would(assets, accepted):
    client = browser(assets)
    whole = client.get("/static/js/lib/b.js", headers={"Accept-Encoding": accepted})
    head = client.head("/static/js/lib/b.js", headers={"Accept-Encoding": accepted})
    assert head.data == b""
    assert dict(head.headers) == dict(whole.headers)


def test_a_part_is_a_part_of_the_plain_file(assets):
    answer = browser(assets).get(
        "/static/js/lib/b.js", headers={"Accept-Encoding": "gzip", "Range": "bytes=4-11"}
    )
    assert answer.status_code == 206
    assert answer.data == FILES["static/js/lib/b.js"].encode()[4:12]
    assert answer.headers["Content-Range"].startswith("bytes 4-11/")
    assert "Content-Encoding" not in answer.headers


def test_a_part_that_does_not_exist_is_refused(assets):
    answer = browser(assets).get("/static/js/lib/b.js", headers={"Range": "bytes=999999-"})
    assert answer.status_code == 416


def test_addresses_in_the_page_lie_below_the_base_path(assets):
    page = browser(assets, "/dm/").get("/").text
    assert page == f"/dm/static/{assets.version}/"
    assert json.loads(assets.importmap("/dm/static/"))["imports"] == {
        "preact": "/dm/static/vendor/preact.mjs"
    }


def test_without_the_third_party_files_the_page_says_what_to_run_in_both_languages(root):
    (root / "static" / "vendor" / "importmap.json").unlink()
    answer = browser(Assets(root)).get("/")
    assert answer.status_code == 503
    assert "make assets" in answer.text
    assert "설치되어 있지 않습니다" in answer.text


def test_the_page_itself_is_packed_and_asked_again(assets):
    client = browser(assets)
    first = client.get("/", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Encoding"] == "gzip"
    headers = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    assert client.get("/", headers=headers).status_code == 304
