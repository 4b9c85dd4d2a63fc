package io.freshet.service.http.page;

import io.freshet.service.http.exchange.Route;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/** The page and its resources, read once from the class path. The page loads nothing from other servers. Immutable. */
public final class PageFiles {
    private static final String UPLOT_POM = "/META-INF/maven/org.webjars.npm/uplot/pom.properties";
    private static final String UPLOT_FOLDER = "/META-INF/resources/webjars/uplot/";
    private static final String SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";

    private final List<Route> routes;

    public PageFiles() {
        String uplot = UPLOT_FOLDER + uplotVersion() + "/dist/";
        routes = List.of(
                file("/", HTML, "page.html"),
                file("/page.css", STYLE, "page.css"),
                file("/page.js", SCRIPT, "page.js"),
                file("/uplot.css", STYLE, uplot + "uPlot.min.css"),
                file("/uplot.js", SCRIPT, uplot + "uPlot.iife.min.js"));
    }

    public List<Route> routes() {
        return routes;
    }

    private static Route file(String path, String type, String resource) {
        byte[] bytes = read(resource);
        return Route.page(path, context -> answer(context, type, bytes));
    }

    private static void answer(Context context, String type, byte[] bytes) {
        context.header("Content-Security-Policy", SECURITY_POLICY)
                .header("Cache-Control", "no-cache")
                .contentType(type)
                .result(bytes);
    }

    private static String uplotVersion() {
        try (InputStream pom = open(UPLOT_POM)) {
            Properties properties = new Properties();
            properties.load(pom);
            return properties.getProperty("version", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(String resource) {
        try (InputStream input = open(resource)) {
            return input.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream open(String resource) {
        InputStream input = PageFiles.class.getResourceAsStream(resource);
        if (input == null) {
            throw new IllegalStateException("the class path must have " + resource);
        }
        return input;
    }
}
