package io.freshet.service.http.exchange;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.freshet.service.json.JsonRecords;
import io.freshet.service.json.MaxItems;
import io.freshet.service.request.BadRequestException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.http.NotFoundResponse;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers errors with problem details, {@code application/problem+json}.
 *
 * <p>Source: RFC 9457, Problem Details for HTTP APIs.
 */
public final class Problems {
    static final String MEDIA_TYPE = "application/problem+json";

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final String BLANK = "about:blank";
    private static final int LONGEST_DETAIL = 1_000;

    private Problems() {}

    /** Problem details. */
    @JsonClassDescription("RFC 9457.")
    record Problem(
            String type,
            String title,
            int status,
            String detail,
            String instance,

            @JsonPropertyDescription("Number of refused clicks, including those that are not in `errors`.") @Nullable
            Integer refused,

            @MaxItems(ClickRefusals.MOST_NAMED) @JsonPropertyDescription("The first of the refused clicks.") @Nullable
            List<ClickRefusals.Refusal> errors) {}

    /** Adds handlers for every exception. */
    public static void addTo(RoutesConfig routes, RouteTable table) {
        routes.exception(ProblemException.class, (problem, context) -> answer(context, problem));
        routes.exception(BadRequestException.class, (bad, context) -> answer(context, problem(bad)));
        routes.exception(
                MethodNotAllowedResponse.class, (_, context) -> answer(context, table.methodNotAllowed(context)));
        routes.exception(
                NotFoundResponse.class,
                (_, context) -> answer(
                        context,
                        new ProblemException(ProblemType.NO_SUCH_ROUTE, "there is no route " + context.path())));
        routes.exception(HttpResponseException.class, Problems::answerOther);
        routes.exception(EofException.class, (_, context) -> context.status(DroppedRequests.CLIENT_GONE_STATUS));
        routes.exception(Exception.class, (failure, context) -> {
            LOG.error("{} {} failed", context.method(), context.path(), failure);
            answer(context, new ProblemException(ProblemType.INTERNAL, "the log of this instance has the details"));
        });
    }

    private static ProblemException problem(BadRequestException bad) {
        boolean isTooLarge = bad.reason() == BadRequestException.Reason.REQUEST_TOO_LARGE;
        return new ProblemException(
                isTooLarge ? ProblemType.TOO_LARGE : ProblemType.INVALID_REQUEST, String.valueOf(bad.getMessage()));
    }

    private static void answer(Context context, ProblemException problem) {
        problem.headers().forEach(context::header);
        context.status(problem.type().status()).contentType(MEDIA_TYPE).result(document(problem, context.path()));
    }

    /** Answers a request that is refused before it reaches a route. */
    public static void write(Request request, Response response, Callback callback, ProblemException problem) {
        byte[] document = document(problem, Request.getPathInContext(request));
        response.setStatus(problem.type().status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(document), callback);
    }

    private static byte[] document(ProblemException problem, String instance) {
        ProblemType type = problem.type();
        ClickRefusals refusals = problem.refusals();
        return JsonRecords.write(new Problem(
                type.uri(),
                type.title(),
                type.status(),
                clipped(String.valueOf(problem.getMessage()), LONGEST_DETAIL),
                instance,
                refusals == null ? null : refusals.count(),
                refusals == null ? null : refusals.errors()));
    }

    /** Truncates a text that may come from a request, so that an answer does not grow with its request. */
    static String clipped(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most) + "… (" + text.length() + " characters)";
    }

    private static void answerOther(HttpResponseException failure, Context context) {
        int status = failure.getStatus();
        byte[] document = document(status, String.valueOf(failure.getMessage()), context.path());
        context.status(status).contentType(MEDIA_TYPE).result(document);
    }

    /** Returns the details of a problem that has only a status. */
    static byte[] document(int status, String detail, String instance) {
        String title = HttpStatus.forStatus(status).getMessage();
        return JsonRecords.write(
                new Problem(BLANK, title, status, clipped(detail, LONGEST_DETAIL), instance, null, null));
    }
}
