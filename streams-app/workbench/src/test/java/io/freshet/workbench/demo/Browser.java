package io.freshet.workbench.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.ElementNotInteractableException;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.support.ui.WebDriverWait;

/** A headless Chromium, used as a person uses a browser. */
final class Browser implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome", "chrome");

    private final ChromeDriver driver;
    private final Path pictures;

    private Browser(ChromeDriver driver, Path pictures) {
        this.driver = driver;
        this.pictures = pictures;
    }

    /**
     * Starts a browser, or skips the test if there is none.
     *
     * @param pictures folder for screenshots of the page
     */
    static Browser start(Path pictures) throws IOException {
        Optional<Path> browser = BROWSERS.stream().flatMap(Browser::onThePath).findFirst();
        Optional<Path> chromedriver = onThePath("chromedriver").findFirst();
        assumeTrue(browser.isPresent(), "chromium is not on the PATH: the page is not looked at");
        assumeTrue(chromedriver.isPresent(), "chromedriver is not on the PATH: the page is not looked at");
        ChromeOptions options = new ChromeOptions()
                .setBinary(browser.orElseThrow().toFile())
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--hide-scrollbars",
                        "--no-first-run",
                        "--window-size=1440,1000");
        options.setCapability("goog:loggingPrefs", Map.of("browser", Level.ALL.getName()));
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(chromedriver.orElseThrow().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options), Files.createDirectories(pictures));
    }

    private static Stream<Path> onThePath(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable);
    }

    void open(String url) {
        driver.get(url);
    }

    String address() {
        return String.valueOf(driver.getCurrentUrl());
    }

    WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    List<WebElement> findAll(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    String text(String selector) {
        return String.valueOf(run("return document.querySelector(arguments[0])?.textContent ?? ''", selector));
    }

    @Nullable
    Object run(String script, Object... arguments) {
        return ((JavascriptExecutor) driver).executeScript(script, arguments);
    }

    /** Returns the script's value, which must not be null. */
    Object value(String script, Object... arguments) {
        return Objects.requireNonNull(run(script, arguments));
    }

    /** Waits until the script's value is true. */
    void await(String script, Object... arguments) {
        new WebDriverWait(driver, TIMEOUT)
                .withMessage(() -> "until " + script + "\n" + text("body"))
                .until(_ -> Boolean.TRUE.equals(run("return " + script, arguments)));
    }

    /**
     * Runs axe-core on the page as it is now, and returns one line for each violated rule and element. The rules are those
     * of WCAG 2.2 A and AA, the best practices, and the useful experimental ones.
     */
    List<String> accessibilityViolations() throws IOException {
        if (Boolean.FALSE.equals(value("return 'axe' in window"))) {
            run(axeCore());
        }
        return ((List<?>) Objects.requireNonNull(((JavascriptExecutor) driver).executeAsyncScript("""
            const done = arguments[arguments.length - 1];
            axe.run(document, {
              runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
              rules: { 'label-content-name-mismatch': { enabled: true } },
            }).then(
              (result) => done(result.violations.flatMap((rule) => rule.nodes.map((node) =>
                `${rule.id} (${rule.impact}): ${node.html}\n${node.failureSummary}`))),
              (error) => done([`axe-core failed: ${error}`]));
            """)))
                .stream().map(String::valueOf).toList();
    }

    private static String axeCore() throws IOException {
        Properties pom = new Properties();
        try (InputStream input = resource("/META-INF/maven/org.webjars.npm/axe-core/pom.properties")) {
            pom.load(input);
        }
        try (InputStream script =
                resource("/META-INF/resources/webjars/axe-core/" + pom.getProperty("version") + "/axe.min.js")) {
            return new String(script.readAllBytes(), UTF_8);
        }
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(Browser.class.getResourceAsStream(name), name);
    }

    /** Clicks by script, because the page moves every second. */
    void click(String selector) {
        run("document.querySelector(arguments[0]).click()", selector);
    }

    /**
     * Acts on an element as a person does. If the page replaces the element meanwhile, acts on its successor; nothing was
     * done with the replaced one.
     */
    void act(String selector, Consumer<WebElement> action) {
        new WebDriverWait(driver, TIMEOUT)
                .ignoreAll(List.of(StaleElementReferenceException.class, ElementNotInteractableException.class))
                .until(_ -> {
                    action.accept(find(selector));
                    return true;
                });
    }

    void pressKeys(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** Emulates a screen of this size, with this number of device pixels per CSS pixel. */
    void resize(int width, int height, double scale) {
        command(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", scale, "mobile", false));
    }

    void preferDark(boolean dark) {
        Map<String, Object> scheme = Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
        command("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
    }

    /** Saves a screenshot of the whole page. */
    void picture(String name) throws IOException {
        Map<String, Object> answer = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"));
        Files.write(pictures.resolve(name + ".png"), Base64.getDecoder().decode((String) answer.get("data")));
    }

    private void command(String name, Map<String, Object> parameters) {
        driver.executeCdpCommand(name, parameters);
    }

    /** Returns the warnings and errors in the browser's log. */
    List<String> complaints() {
        return driver.manage().logs().get("browser").getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                // From axe-core, which reads canvases back to measure contrasts; the page itself never does.
                .filter(message -> !message.contains("willReadFrequently"))
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
