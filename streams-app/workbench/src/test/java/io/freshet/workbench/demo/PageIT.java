package io.freshet.workbench.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.testkit.broker.ListenerPorts;
import io.freshet.testkit.http.Asker;
import io.freshet.testkit.process.FreshetProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Tests the page of a running demo in a browser. Screenshots are kept in {@code target/page}. */
@SuppressWarnings("NullAway.Init") // JUnit calls start before each test.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // earlier tests wait for state that later ones need
final class PageIT {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final Path PICTURES = Path.of("target", "page");

    @TempDir
    static Path folder;

    private static Browser browser;
    private static FreshetProcess demo;
    private static Asker asker;

    @BeforeAll
    static void start() throws Exception {
        browser = Browser.start(PICTURES);
        int port = ListenerPorts.free();
        demo = FreshetProcess.start(
                folder.resolve("demo.txt"),
                "demo",
                "--rate",
                "60",
                "--users",
                "300",
                "--items",
                "240",
                "--set",
                "http.port=" + port,
                "--set",
                "model.dim=32",
                "--set",
                "variants.name=a",
                "--set",
                "variants.shares=a=70,b=30",
                "--set",
                "variants.models=b=default",
                "--set",
                "online.snapshot.interval.ms=4000",
                // A snapshot that the page shows must still exist when it is clicked, however slow the machine is.
                "--set",
                "online.snapshots.kept=1000");
        asker = Asker.at(port);
        Awaitility.await()
                .atMost(TIMEOUT)
                .ignoreExceptions()
                .until(() -> asker.get("/health/ready").status() == 200);
        browser.open("http://127.0.0.1:" + port + "/");
    }

    @AfterAll
    static void stop() {
        if (demo != null) {
            demo.close();
        }
        if (browser != null) {
            browser.close();
        }
    }

    @Test
    @Order(1)
    void shouldShowDataThatMovesWhenADemoRuns() throws Exception {
        browser.await("document.querySelector('#ndcg').textContent !== '–'");
        browser.await("Number(document.querySelector('#clicks-rate').textContent) > 0");
        browser.await("document.querySelectorAll('.plot canvas').length === 2");
        browser.await("document.querySelectorAll('#legend button').length === 5");
        String step = browser.text("#step");
        String clicks = browser.text("#clicks-note");

        browser.await("document.querySelector('#step').textContent !== arguments[0]", step);
        browser.await("document.querySelector('#clicks-note').textContent !== arguments[0]", clicks);
        browser.await("[...document.querySelectorAll('#recommendation-bars i')].some((bar) => bar.offsetHeight > 20)");
        browser.picture("light");
    }

    /** The answer may change while the test reads it. */
    @Test
    @Order(3)
    void shouldNameEachItemAsItIsShown() {
        Awaitility.await().atMost(TIMEOUT).ignoreExceptions().untilAsserted(() -> {
            String score = browser.text("#answer li:first-child .score");
            assertThat(score).isNotEmpty();
            assertThat(browser.find("#answer li:first-child button").getAccessibleName())
                    .contains(browser.text("#answer li:first-child .name"), score);
        });
    }

    @Test
    @Order(2)
    void shouldShowHowEachVariantDoes() {
        browser.await("document.querySelectorAll('#variants tr').length === 2");
        browser.await("[...document.querySelectorAll('#variants tr')].every((row) =>"
                + " Number(row.children[4].textContent.replaceAll(',', '')) > 0)");
        assertThat(browser.text("#variants tr:first-child")).startsWith("a70%default");
    }

    @Test
    @Order(2)
    void shouldChangeTheAnswerWhenAnItemIsClicked() throws Exception {
        browser.await("document.querySelectorAll('#answer button').length === 10");
        int clicks = 0;
        String before;
        String item;
        do {
            before = clickTheThird();
            item = items(before).get(2);
            clicks++;
            browser.await(
                    "document.querySelector('#said').textContent.startsWith(arguments[0])", "Clicked " + item + ";");
            // On a busy machine that has just started the demo, a click can take longer than the page waits for it.
            browser.await("document.querySelector('#history .newest')?.textContent === arguments[0]", item);
        } while (!browser.text("#said").contains("the answer changed after") && clicks < 10);

        assertThat(browser.text("#said")).contains("the answer changed after");
        browser.await("document.querySelector('#history .newest')?.textContent === arguments[0]", item);
        String after = (String) browser.value("return document.querySelector('#answer').dataset.items");
        assertThat(after).isNotEqualTo(before);
        assertThat(items(after)).doesNotContain(item);
        browser.await("document.querySelector('#answer-note').textContent.startsWith('By the model')");

        browser.act("#answer li:first-child button", button -> button.sendKeys(Keys.ENTER));
        browser.await("document.querySelectorAll('#history li').length === arguments[0]", clicks + 1);
        browser.picture("try-it");
    }

    /** Clicks the third item of the answer, and returns the answer at that moment: the page may replace it at any time. */
    private static String clickTheThird() {
        return (String) browser.value("""
                const answer = document.querySelector('#answer');
                const items = answer.dataset.items;
                answer.querySelector('li:nth-child(3) button').click();
                return items;""");
    }

    private static List<String> items(String answer) {
        return List.of(answer.split(" ", -1));
    }

    @Test
    @Order(3)
    void shouldServeAnOlderSnapshotWhenItIsRolledBackTo() throws Exception {
        browser.await("document.querySelectorAll('#snapshots button').length > 1");
        String version = (String)
                browser.value("return [...document.querySelectorAll('#snapshots button')].at(-1).dataset.version");
        String button = "#snapshots button[data-version='" + version + "']";

        browser.act(button, WebElement::click);
        browser.await("document.querySelector(arguments[0])?.textContent.startsWith('Serve step')", button);
        browser.act(button, WebElement::click);

        browser.await("!document.querySelector('#rollback-notice').hidden");
        JsonNode model = asker.get("/v1/model").json();
        assertThat(model.at("/rollback/served").asText()).isEqualTo(version);
        browser.picture("rolled-back");
        browser.await(
                "Number(document.querySelector('#step').textContent.replaceAll(',', '')) === arguments[0]",
                Long.parseLong(version.substring(0, 12)));

        browser.click("#resume");
        browser.await("document.querySelector('#rollback-notice').hidden");
        assertThat(asker.get("/v1/model").json().path("rollback").isNull()).isTrue();
    }

    @Test
    @Order(4)
    void shouldFitAndFollowTheSchemeWhenScreensDiffer() throws Exception {
        for (boolean dark : List.of(true, false)) {
            browser.preferDark(dark);
            for (int width : List.of(360, 768, 1_440, 3_840)) {
                String screen = (dark ? "dark-" : "light-") + width;
                browser.resize(width, width < 500 ? 740 : width * 10 / 16, width < 500 ? 2 : 1);
                browser.await("document.documentElement.scrollWidth <= arguments[0]", width);
                browser.await("[...document.querySelectorAll('.plot canvas')].every((canvas) =>"
                        + " canvas.getBoundingClientRect().right <= innerWidth && canvas.offsetWidth > 200)");
                browser.await("[...document.querySelectorAll('.card, .figure')].every((card) =>"
                        + " card.scrollWidth <= card.clientWidth + 1)");
                browser.picture(screen);
                assertThat(browser.accessibilityViolations()).as(screen).isEmpty();
            }
            Long sum = (Long) browser.value("return getComputedStyle(document.body).backgroundColor.match(/\\d+/g)"
                    + ".slice(0, 3).reduce((sum, channel) => sum + Number(channel), 0)");
            assertThat(sum < 384).isEqualTo(dark);
        }
    }

    @Test
    @Order(5)
    void shouldBeUsableWhenThereIsOnlyAKeyboard() {
        browser.resize(1_440, 1_000, 1);
        browser.open(browser.address()); // resets the focus: nothing has been clicked on a new page
        browser.pressKeys(Keys.TAB);
        browser.await("document.activeElement.className === 'skip'");
        browser.pressKeys(Keys.ENTER);
        browser.await("document.activeElement.id === 'try'");
        browser.pressKeys(Keys.TAB);
        browser.await("document.activeElement.id === 'user'");
    }

    @Test
    @Order(6)
    void shouldHaveComplainedOfNothingWhenAllIsDone() {
        assertThat(browser.complaints()).isEmpty();
    }
}
