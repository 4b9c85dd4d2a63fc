package io.freshet.app.deploy;

import static io.freshet.app.deploy.Manifests.nameOf;

import com.fasterxml.jackson.databind.JsonNode;
import io.freshet.service.config.FreshetConfig;
import io.freshet.service.config.key.HttpKeys;
import io.freshet.service.config.key.ProcessKeys;
import io.freshet.service.config.key.StreamsKeys;
import io.freshet.service.config.key.TopicKeys;
import io.freshet.service.runtime.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks every reference between the resources of one brand: Kustomize renames resources, and each field that contains a name
 * has to follow. The brand is called after its headless service.
 */
final class BrandReferences {
    private static final String INSTANCE = "/metadata/labels/app.kubernetes.io~1instance";
    private static final String CLUSTER = "/metadata/labels/strimzi.io~1cluster";
    private static final Pattern QUERIED = Pattern.compile("\\{([^}]*)}");

    private final Manifests brand;
    private final List<JsonNode> kafkas;
    private final JsonNode service;
    private final String name;
    private final String namespace;
    private final List<JsonNode> pods;
    private final Set<String> secrets = new HashSet<>();

    /** Topics of all processes. */
    private final Set<String> topics = new HashSet<>();

    /** Names of the groups of trainers and separate scorers. */
    private final Set<String> clients = new HashSet<>();

    private final List<String> faults = new ArrayList<>();

    private BrandReferences(Manifests brand, Manifests shared) {
        this.brand = brand;
        this.kafkas = Stream.concat(brand.all("Kafka").stream(), shared.all("Kafka").stream())
                .toList();
        this.service = brand.all("Service").stream()
                .filter(candidate -> candidate.at("/spec/clusterIP").asText().equals("None"))
                .findFirst()
                .orElseThrow();
        this.name = nameOf(service);
        this.namespace = service.at("/metadata/namespace").asText();
        this.pods = brand.all("StatefulSet").stream()
                .map(set -> set.at("/spec/template/metadata/labels"))
                .toList();
        secrets.addAll(List.of(name + "-http", name + "-s3", name + "-oauth"));
        secrets.addAll(names("Secret"));
        shared.all("Secret").forEach(secret -> secrets.add(nameOf(secret)));
        secrets.addAll(names("KafkaUser"));
        kafkas.stream()
                .filter(kafka -> kafka.at("/metadata/namespace").asText().equals(namespace))
                .forEach(kafka -> secrets.add(nameOf(kafka) + "-cluster-ca-cert"));
    }

    /**
     * Returns the broken references, one sentence for each.
     *
     * @param shared resources outside of the brand, such as a Kafka that several brands use, or Secrets that the user creates
     * @param properties the brand's {@code freshet.properties}
     */
    static List<String> faults(Manifests brand, Manifests shared, Path properties) throws IOException {
        BrandReferences references = new BrandReferences(brand, shared);
        references.checkPlaces();
        references.checkPods();
        references.checkSelectors();
        references.checkMonitors();
        references.checkRoutes();
        references.checkKafka();
        references.checkScaler();
        references.checkLogins();
        Map<Workload, FreshetConfig> configs = new LinkedHashMap<>();
        for (Workload role : Workload.withJobs(brand)) {
            FreshetConfig config = role.config(brand, properties, role.name() + "-0");
            configs.put(role, config);
            references.addClients(role, config);
        }
        configs.forEach(references::checkConfig);
        references.checkTopics();
        references.checkRights();
        return references.faults;
    }

    /** Returns the conflicts between two brands. */
    static List<String> collisions(Manifests one, Manifests other) {
        BrandReferences first = new BrandReferences(one, other);
        BrandReferences second = new BrandReferences(other, one);
        first.checkAgainst(second);
        second.checkAgainst(first);
        return Stream.concat(first.faults.stream(), second.faults.stream()).toList();
    }

    private void checkPlaces() {
        for (JsonNode resource : brand.resources()) {
            String found = kindOf(resource).equals("Namespace")
                    ? nameOf(resource)
                    : resource.at("/metadata/namespace").asText();
            expect(resource, "namespace", found, Set.of(namespace));
            if (resource.at("/metadata/labels/app.kubernetes.io~1name").asText().equals("freshet")) {
                expect(resource, "instance", resource.at(INSTANCE).asText(), Set.of(name));
            }
        }
    }

    private void checkPods() {
        for (JsonNode set : podOwners()) {
            JsonNode template = templateOf(set);
            JsonNode pod = template.path("spec");
            expect(set, "account", pod.path("serviceAccountName").asText(), names("ServiceAccount"));
            for (String secret : pod.findValuesAsText("secretName")) {
                expect(set, "Secret", secret, secrets);
            }
            for (JsonNode secret : pod.findValues("secretKeyRef")) {
                expect(set, "Secret", secret.path("name").asText(), secrets);
            }
            for (String reference : List.of("configMap", "configMapRef", "configMapKeyRef")) {
                for (JsonNode map : pod.findValues(reference)) {
                    expect(set, "ConfigMap", map.path("name").asText(), names("ConfigMap"));
                }
            }
            for (String claim : pod.findValuesAsText("claimName")) {
                expect(set, "claim", claim, names("PersistentVolumeClaim"));
            }
            JsonNode own = template.at("/metadata/labels");
            if (kindOf(set).equals("StatefulSet")) {
                expect(set, "service", set.at("/spec/serviceName").asText(), Set.of(name));
                expectOne(set, set.at("/spec/selector/matchLabels"), List.of(own));
            }
            expect(set, "instance", own.path("app.kubernetes.io/instance").asText(), Set.of(name));
            for (JsonNode constraint : pod.path("topologySpreadConstraints")) {
                expectOne(set, constraint.at("/labelSelector/matchLabels"), List.of(own));
            }
        }
    }

    private List<JsonNode> podOwners() {
        return Stream.concat(brand.all("StatefulSet").stream(), brand.all("CronJob").stream())
                .toList();
    }

    private static JsonNode templateOf(JsonNode owner) {
        return owner.at(kindOf(owner).equals("CronJob") ? "/spec/jobTemplate/spec/template" : "/spec/template");
    }

    private void checkSelectors() {
        brand.all("Service").forEach(found -> expectSome(found, found.at("/spec/selector")));
        for (JsonNode budget : brand.all("PodDisruptionBudget")) {
            expectOne(budget, budget.at("/spec/selector/matchLabels"), pods);
        }
        for (JsonNode policy : brand.all("NetworkPolicy")) {
            for (JsonNode selector : policy.findValues("podSelector")) {
                // Clients are not part of the brand.
                if (!selector.path("matchLabels").has("freshet-client")) {
                    expectSome(policy, selector.path("matchLabels"));
                }
            }
        }
    }

    private void checkMonitors() {
        for (JsonNode monitor : brand.all("ServiceMonitor")) {
            expectOne(
                    monitor,
                    monitor.at("/spec/selector/matchLabels"),
                    brand.all("Service").stream()
                            .map(found -> found.at("/metadata/labels"))
                            .toList());
            expectCredentials(monitor);
        }
        for (JsonNode monitor : brand.all("PodMonitor")) {
            JsonNode selector = monitor.at("/spec/selector/matchLabels");
            if (!pods.stream().allMatch(pod -> selects(selector, pod))) {
                faults.add("PodMonitor %s must select all pods: %s".formatted(nameOf(monitor), selector));
            }
            // A ServiceMonitor adds this label by itself. The autoscaler's queries contain it.
            expect(monitor, "label service", monitor.findPath("replacement").asText(), Set.of(name));
            expectCredentials(monitor);
        }
    }

    private void expectCredentials(JsonNode monitor) {
        for (JsonNode credentials : monitor.findValues("credentials")) {
            expect(monitor, "Secret", credentials.path("name").asText(), secrets);
        }
    }

    private void checkRoutes() {
        Set<String> clients = brand.all("Service").stream()
                .filter(found -> !found.at("/spec/clusterIP").asText().equals("None"))
                .map(Manifests::nameOf)
                .collect(Collectors.toSet());
        for (JsonNode ingress : brand.all("Ingress")) {
            JsonNode backend = ingress.findPath("backend").path("service");
            expect(ingress, "backend", backend.path("name").asText(), clients);
            expect(ingress, "port", backend.at("/port/name").asText(), Set.of("http"));
        }
        for (JsonNode route : brand.all("HTTPRoute")) {
            JsonNode backend = route.at("/spec/rules/0/backendRefs/0");
            expect(route, "backend", backend.path("name").asText(), clients);
            expect(route, "port", backend.path("port").asText(), Set.of("80"));
        }
    }

    private void checkKafka() {
        Set<String> clusters = kafkas.stream()
                .filter(kafka -> kafka.at("/metadata/namespace").asText().equals(namespace))
                .map(Manifests::nameOf)
                .collect(Collectors.toSet());
        for (String kind : List.of("KafkaNodePool", "KafkaTopic", "KafkaUser")) {
            for (JsonNode resource : brand.all(kind)) {
                expect(resource, "cluster", resource.at(CLUSTER).asText(), clusters);
            }
        }
        for (JsonNode pool : brand.all("KafkaNodePool")) {
            for (String spread : pool.findValuesAsText("strimzi.io/pool-name")) {
                expect(pool, "pool", spread, Set.of(nameOf(pool)));
            }
        }
    }

    private void checkScaler() {
        for (JsonNode scaler : brand.all("ScaledObject")) {
            JsonNode target = scaler.at("/spec/scaleTargetRef");
            Set<String> scaled = names(kindOf(target)).stream()
                    .filter(found -> found.equals(name + "-streams"))
                    .collect(Collectors.toSet());
            expect(scaler, "scale target", target.path("name").asText(), scaled);
            for (JsonNode login : scaler.findValues("authenticationRef")) {
                expect(scaler, "authentication", login.path("name").asText(), names("TriggerAuthentication"));
            }
            for (String query : scaler.findValuesAsText("query")) {
                QUERIED.matcher(query)
                        .results()
                        .map(labels -> labels.group(1))
                        .forEach(labels -> expect(
                                scaler,
                                "query",
                                labels,
                                Set.of("namespace=\"%s\", service=\"%s\", app_kubernetes_io_component=\"streams\""
                                        .formatted(namespace, name))));
            }
        }
        for (JsonNode login : brand.all("TriggerAuthentication")) {
            for (String secret : login.at("/spec/secretTargetRef").findValuesAsText("name")) {
                expect(login, "Secret", secret, secrets);
            }
        }
    }

    /** Users, the listener of their Kafka and the autoscaler must agree on how clients authenticate. */
    private void checkLogins() {
        Set<String> types = brand.all("KafkaUser").stream()
                .map(user -> user.at("/spec/authentication/type").asText())
                .collect(Collectors.toSet());
        for (JsonNode kafka : brand.all("Kafka")) {
            String listener =
                    kafka.at("/spec/kafka/listeners/0/authentication/type").asText();
            types.forEach(type -> expect(kafka, "login", type, Set.of(listener)));
        }
        boolean isScram = types.contains("scram-sha-512");
        for (JsonNode set : types.isEmpty() ? List.<JsonNode>of() : podOwners()) {
            Set<String> used = set.findValues("secretKeyRef").stream()
                    .filter(secret ->
                            names("KafkaUser").contains(secret.path("name").asText()))
                    .map(secret -> secret.path("name").asText() + " "
                            + secret.path("key").asText())
                    .collect(Collectors.toSet());
            Set<String> own = Set.of(nameOf(set) + (isScram ? " sasl.jaas.config" : " user.password"));
            if (!used.equals(own)) {
                faults.add("%s %s: login must use %s: %s".formatted(kindOf(set), nameOf(set), own, used));
            }
        }
        for (JsonNode login : brand.all("TriggerAuthentication")) {
            Set<String> parameters = Set.copyOf(login.findValuesAsText("parameter"));
            Set<String> needed = isScram ? Set.of("ca", "username", "password") : Set.of("ca", "cert", "key");
            if (!parameters.equals(needed)) {
                faults.add("TriggerAuthentication %s: login must have %s: %s"
                        .formatted(nameOf(login), needed, parameters));
            }
            for (JsonNode map : login.at("/spec/configMapTargetRef")) {
                expect(login, "ConfigMap", map.path("name").asText(), names("ConfigMap"));
            }
            for (JsonNode trigger : brand.all("ScaledObject")) {
                JsonNode lag = trigger.at("/spec/triggers/0/metadata");
                expect(trigger, "login", lag.path("sasl").asText(), Set.of(isScram ? "scram_sha512" : ""));
            }
        }
        for (JsonNode map : brand.all("ConfigMap")) {
            if (map.path("data").has("username")) {
                expect(map, "user", map.at("/data/username").asText(), names("KafkaUser"));
            }
        }
    }

    private void addClients(Workload role, FreshetConfig config) {
        topics.addAll(config.topics());
        if (role.roles().contains(Role.SCORER)) {
            topics.addAll(config.asScorer().topics());
        }
        clients.addAll(clientsOf(role, config));
    }

    private static Set<String> clientsOf(Workload role, FreshetConfig config) {
        Set<String> own = new HashSet<>();
        if (role.roles().contains(Role.TRAINER)) {
            own.add(config.trainer().clients().transactionalId());
        }
        if (role.roles().contains(Role.SCORER)) {
            own.add(config.asScorer().get(ProcessKeys.APPLICATION_ID));
        }
        return own;
    }

    /** Returns the names of groups and transactional ids, and their prefixes, on which clients may have rights. */
    private static Set<String> namesOf(Set<String> clients) {
        Set<String> names = new HashSet<>(clients);
        clients.forEach(client -> names.addAll(List.of(client + "-", client + "-learners-", client + "-learner-")));
        return names;
    }

    /** A trainer or a separate scorer must not have rights on the group of the streams role. */
    private void checkOwnRights(Workload role, Set<String> own) {
        brand.all("KafkaUser").stream()
                .filter(user -> nameOf(user).equals(role.name()))
                .flatMap(user -> user.at("/spec/authorization/acls").findValues("resource").stream())
                .filter(right -> !right.path("type").asText().equals("topic"))
                .forEach(right -> expect(service, "trainer", right.path("name").asText(), namesOf(own)));
    }

    private void checkConfig(Workload role, FreshetConfig config) {
        String application = config.get(ProcessKeys.APPLICATION_ID);
        expect(service, "application.id", application, Set.of(name));
        if (!config.get(StreamsKeys.INSTANCE_ID).isEmpty()) {
            expect(service, "address", config.http().advertisedAddress(), Set.of(role.name() + "-0." + name + ":8080"));
        }
        if (!role.roles().contains(Role.STREAMS)) {
            checkOwnRights(role, clientsOf(role, config));
        }
        for (String host : names("Service")) {
            if (host.endsWith("-http")) {
                expect(service, "http.hosts", host, Set.copyOf(config.get(HttpKeys.HOSTS)));
            }
        }
        for (JsonNode ingress : brand.all("Ingress")) {
            ingress.findValuesAsText("host")
                    .forEach(host -> expect(ingress, "host", host, Set.copyOf(config.get(HttpKeys.HOSTS))));
        }
        for (JsonNode route : brand.all("HTTPRoute")) {
            route.at("/spec/hostnames")
                    .forEach(host -> expect(route, "host", host.asText(), Set.copyOf(config.get(HttpKeys.HOSTS))));
        }
        if (brand.all("KafkaUser").isEmpty()) {
            return;
        }
        String protocol = String.valueOf(config.kafka().forAdmin().get("security.protocol"));
        for (JsonNode user : brand.all("KafkaUser")) {
            String type = user.at("/spec/authentication/type").asText();
            expect(user, "login", type, Set.of(protocol.equals("SSL") ? "tls" : "scram-sha-512"));
        }
        Set<String> brokers = kafkas.stream()
                .map(kafka -> nameOf(kafka) + "-kafka-bootstrap:9093")
                .collect(Collectors.toSet());
        expect(service, "brokers", config.kafka().bootstrapServers(), brokers);
        for (JsonNode scaler : brand.all("ScaledObject")) {
            JsonNode lag = scaler.at("/spec/triggers/0/metadata");
            expect(scaler, "brokers", lag.path("bootstrapServers").asText(), brokers);
            expect(scaler, "group", lag.path("consumerGroup").asText(), Set.of(application));
            expect(scaler, "topic", lag.path("topic").asText(), Set.of(config.get(TopicKeys.CLICKS)));
        }
    }

    private void checkTopics() {
        if (!brand.all("KafkaUser").isEmpty()) {
            names("KafkaTopic").forEach(topic -> expect(service, "topic", topic, topics));
            topics.forEach(topic -> expect(service, "configured topic", topic, names("KafkaTopic")));
        }
    }

    /** The exact rights of the processes are compared with those that {@code freshet acls} prints. */
    private void checkRights() {
        Set<String> groups = new HashSet<>(clients);
        groups.add(name);
        Set<String> prefixes = namesOf(clients);
        prefixes.removeAll(clients);
        prefixes.add(name + "-");
        for (JsonNode user : brand.all("KafkaUser")) {
            for (JsonNode right : user.at("/spec/authorization/acls").findValues("resource")) {
                String type = right.path("type").asText();
                boolean isPrefix = right.path("patternType").asText().equals("prefix");
                Set<String> allowed = new HashSet<>(isPrefix ? prefixes : groups);
                if (type.equals("topic")) {
                    allowed = isPrefix ? Set.of(name + "-") : names("KafkaTopic");
                } else if (type.equals("group") && isPrefix) {
                    allowed.add(nameOf(user));
                }
                expect(user, "right on " + type, right.path("name").asText(), allowed);
            }
        }
    }

    private void checkAgainst(BrandReferences other) {
        boolean together = namespace.equals(other.namespace);
        for (JsonNode resource : brand.resources()) {
            if (together && other.names(kindOf(resource)).contains(nameOf(resource))) {
                faults.add("%s %s is in both brands".formatted(kindOf(resource), nameOf(resource)));
            }
            List<JsonNode> selectors = new ArrayList<>(resource.findValues("matchLabels"));
            if (kindOf(resource).equals("Service")) {
                selectors.add(resource.at("/spec/selector"));
            }
            for (JsonNode selector : selectors) {
                if (together && other.pods.stream().anyMatch(pod -> selects(selector, pod))) {
                    faults.add("%s %s selects pods of %s".formatted(kindOf(resource), nameOf(resource), other.name));
                }
            }
        }
        for (JsonNode right : brand.resources().stream()
                .flatMap(user -> user.at("/spec/authorization/acls").findValues("resource").stream())
                .toList()) {
            if (right.path("patternType").asText().equals("prefix")
                    && Stream.concat(other.names("KafkaTopic").stream(), Stream.of(other.name + "-"))
                            .anyMatch(
                                    topic -> topic.startsWith(right.path("name").asText()))) {
                faults.add("%s has a right of %s: %s".formatted(name, other.name, right));
            }
        }
    }

    private void expect(JsonNode resource, String what, String found, Set<String> allowed) {
        if (!allowed.contains(found)) {
            faults.add("%s %s: %s must be one of %s: %s"
                    .formatted(kindOf(resource), nameOf(resource), what, allowed, found));
        }
    }

    private void expectSome(JsonNode resource, JsonNode selector) {
        if (pods.stream().noneMatch(pod -> selects(selector, pod))) {
            faults.add("%s %s selects nothing: %s".formatted(kindOf(resource), nameOf(resource), selector));
        }
    }

    private void expectOne(JsonNode resource, JsonNode selector, List<JsonNode> candidates) {
        long selected =
                candidates.stream().filter(labels -> selects(selector, labels)).count();
        if (selected != 1) {
            faults.add("%s %s must select one, not %s: %s"
                    .formatted(kindOf(resource), nameOf(resource), selected, selector));
        }
    }

    private static boolean selects(JsonNode selector, JsonNode labels) {
        return selector.properties().stream().allMatch(label -> label.getValue().equals(labels.get(label.getKey())));
    }

    private Set<String> names(String kind) {
        return brand.all(kind).stream().map(Manifests::nameOf).collect(Collectors.toSet());
    }

    private static String kindOf(JsonNode resource) {
        return resource.path("kind").asText();
    }
}
