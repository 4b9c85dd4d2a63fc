package io.freshet.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.testkit.http.Asker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends requests generated from the API's own description, many of them malformed. No request may do harm, and every answer
 * must be as described.
 */
final class ApiFuzzIT {
    private static final int REQUESTS = Integer.getInteger("freshet.fuzz.requests", 2_500);
    private static final int CLIENTS = 4;
    private static final String TOKEN = "fuzz-token";

    /** Statuses that any request may get because of its path or head, whatever the routes are. */
    private static final List<String> OF_ANY_REQUEST = List.of("400", "401", "403", "421", "431");

    private final ObjectMapper mapper = new ObjectMapper();
    private final Map<Integer, AtomicInteger> answers = new ConcurrentHashMap<>();

    @TempDir
    Path folder;

    @Test
    void shouldNeverFailWhenRequestsAreOdd() throws Exception {
        try (RunningFreshet freshet =
                new RunningFreshet(folder, Map.of("http.token", TOKEN, "items.catalogue", "filter"))) {
            int port = freshet.config().http().port();
            Asker asker = Asker.at(port);
            freshet.teach(asker);

            fuzz(port, freshet.ask(asker, "GET", "/openapi.json", "").json());

            System.out.println("Answers by status: " + new TreeMap<>(answers));
            assertThat(answers).containsKeys(200, 202, 207, 400, 401, 404, 405, 413, 415, 421);
            assertThat(asker.get("/health/ready").status()).isEqualTo(200);
            String click =
                    "{\"user_id\":\"after\",\"item_id\":\"item-1\",\"timestamp\":" + System.currentTimeMillis() + "}";
            assertThat(freshet.ask(asker, "POST", "/v1/clicks", click).status()).isEqualTo(202);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> freshet.ask(asker, "GET", "/v1/users/after/sequence", "")
                                    .status()
                            == 200);
        }
    }

    private void fuzz(int port, JsonNode description) throws Exception {
        AnswerSchemas schemas = new AnswerSchemas(description);
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                FuzzRequests requests = new FuzzRequests(description, TOKEN, client);
                Callable<Void> work = () -> {
                    for (int i = 0; i < REQUESTS / CLIENTS; i++) {
                        check(new RawClient(port), requests.next(i), schemas);
                    }
                    return null;
                };
                running.add(clients.submit(work));
            }
            for (Future<?> client : running) {
                client.get();
            }
        }
    }

    private void check(RawClient client, FuzzRequests.Request request, AnswerSchemas schemas) throws IOException {
        RawClient.Answer answer;
        try {
            answer = client.send(request.head(), request.body());
        } catch (IOException | AssertionError e) {
            throw new AssertionError("there must be an answer to " + request, e);
        }
        answers.computeIfAbsent(answer.status(), _ -> new AtomicInteger()).incrementAndGet();
        assertThat(answer.status()).as("%s\n%s", request, answer.body()).isBetween(200, 499);
        String status = Integer.toString(answer.status());
        JsonNode response = request.responses().path(status);
        if (!request.responses().isEmpty() && !OF_ANY_REQUEST.contains(status)) {
            assertThat(response).as("%s\n%s", request, answer.body()).isNotEmpty();
        }
        if (!response.isEmpty() && answer.isJson() && !request.head().startsWith("HEAD")) {
            assertThat(schemas.violations(response, answer.body()))
                    .as("%s\n%s", request, answer.body())
                    .isEmpty();
        }
        if (answer.status() >= 400 && !request.head().startsWith("HEAD")) {
            assertThat(answer.isProblem()).as("%s\n%s", request, answer.head()).isTrue();
            JsonNode problem = mapper.readTree(answer.body());
            assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
            assertThat(problem.path("title").asText()).isNotEmpty();
        }
    }
}
