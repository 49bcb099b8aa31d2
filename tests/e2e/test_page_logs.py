"""The log panel on a container of a real engine."""

import re

from playwright.sync_api import expect

TALKER = (
    "echo first; echo trouble >&2; trap 'echo last; exit 3' TERM;"
    " n=0; while true; do n=$((n+1)); echo tick $n; sleep 0.1; done"
)


def line(docker, text):
    return docker.log_lines.filter(has_text=re.compile(rf"{re.escape(text)}$"))


def ticks(docker):
    """Return the numbers that were counted, in the order shown."""
    return [
        int(text)
        for text in re.findall(r"tick (\d+)", " ".join(docker.log_lines.all_inner_texts()))
    ]


def state_of(docker):
    return docker.logs.locator(".log-state")


def test_existing_lines_then_live_ones_until_it_stops(docker, engine):
    engine.run("talker", "sh", "-c", TALKER)
    docker.shows("talker", "running")
    docker.open_logs("talker")
    expect(line(docker, "first")).to_have_attribute("data-stream", "stdout")
    expect(line(docker, "trouble")).to_have_attribute("data-stream", "stderr")
    expect(line(docker, "trouble")).to_contain_text("stderr: ")
    expect(state_of(docker)).to_contain_text("Following")
    seen = ticks(docker)[-1]
    expect(line(docker, f"tick {seen + 5}")).to_be_in_viewport()

    engine.api.stop("talker")
    expect(state_of(docker)).to_contain_text("The container stopped (code 3).")
    expect(line(docker, "last")).to_be_in_viewport()
    numbers = ticks(docker)
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_goes_on_after_a_restart_without_a_line_lost_or_twice(docker, engine):
    engine.run(
        "talker",
        "sh",
        "-c",
        "echo begin; trap 'echo end; exit 0' TERM; while true; do sleep 0.05; done",
    )
    docker.open_logs("talker")
    expect(line(docker, "begin")).to_have_count(1)
    docker.press("talker", "stop")
    expect(state_of(docker)).to_contain_text("The container stopped")
    docker.press("talker", "start")
    expect(line(docker, "begin")).to_have_count(2)
    assert docker.log_lines.all_inner_texts() == ["begin", "end", "begin"]


def test_its_address_opens_it_again_and_escape_closes_it(docker, engine):
    container_id = engine.run("talker", "sh", "-c", TALKER)
    docker.open_logs("talker")
    expect(docker.page).to_have_url(f"{docker.url}/#/c/local/{container_id[:12]}/logs")
    docker.page.reload()
    expect(line(docker, "first")).to_be_attached()
    expect(docker.logs.get_by_role("heading")).to_have_text("talker")
    docker.page.keyboard.press("Escape")
    expect(docker.logs).to_have_count(0)
    expect(docker.page).to_have_url(f"{docker.url}/")
    docker.page.go_back()
    expect(line(docker, "first")).to_be_attached()
    docker.logs.get_by_role("button", name="Close the log").click()
    expect(docker.logs).to_have_count(0)


def test_whoever_reads_back_is_not_pulled_to_the_end(docker, engine):
    engine.run(
        "talker",
        "sh",
        "-c",
        f"i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo old $i; done; {TALKER}",
    )
    docker.open_logs("talker")
    expect(line(docker, "tick 3")).to_be_in_viewport()
    docker.logs.get_by_role("log").hover()
    docker.page.mouse.wheel(0, -2000)
    jump = docker.logs.locator('[data-action="log-end"]')
    expect(jump).to_contain_text("new line")
    expect(line(docker, f"tick {ticks(docker)[-1]}")).not_to_be_in_viewport()
    jump.click()
    expect(jump).to_have_count(0)
    expect(line(docker, f"tick {ticks(docker)[-1] + 3}")).to_be_in_viewport()


def test_a_container_that_is_gone_says_so(docker, engine):
    engine.run("talker", "sh", "-c", TALKER)
    docker.open_logs("talker")
    expect(line(docker, "first")).to_be_attached()
    engine.api.remove_container("talker", force=True)
    expect(state_of(docker)).to_contain_text("This container is gone.")
    expect(line(docker, "first")).to_be_attached()
