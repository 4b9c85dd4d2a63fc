package io.freshet.app.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.freshet.service.config.FreshetConfig;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Renders the Helm chart, and checks it as strictly as the Kustomize base: each resource by its kind's schema, each reference,
 * and the settings by Freshet. Default values give the resources of the base, other values those of the overlays.
 */
final class ChartTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A Kafka and Secrets that a user of the chart creates. */
    private static final String OUTSIDE = """
            apiVersion: v1
            kind: Secret
            metadata: {name: registry, namespace: shops}
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: tokens, namespace: shops}
            """;

    /** All that Strimzi, KEDA and the Prometheus operator need. */
    private static final String OPERATORS = """
            strimzi: {enabled: true}
            monitoring: {serviceMonitor: true, alerts: true}
            autoscaling: {enabled: true}
            """;

    /** All other features at once, with names that differ from the defaults. */
    private static final String FEATURES = """
            fullnameOverride: shop
            strimzi: {enabled: true}
            monitoring: {podMonitor: true, alerts: true, namespace: observability}
            autoscaling: {enabled: true, clicksPerPod: 1000}
            partitions: 24
            http: {tokenSecret: tokens, hosts: [api.example]}
            ingress: {enabled: true, className: nginx, host: shop.example, tlsSecret: shop-tls}
            httpRoute: {enabled: true, parentRefs: [{name: gateway}], hostnames: [route.example]}
            schemaRegistry: {url: "http://registry:8081", user: freshet, passwordSecret: registry}
            secretFiles: [{variable: FRESHET_HTTP_TOKEN_FILE, secret: tokens, key: token}]
            modelStore: {url: "s3://models/shop", endpoint: "http://minio.minio:9000", pathStyle: true}
            settings: {FRESHET_SEQUENCER_WINDOW: "20"}
            pod: {spreadZones: true}
            """;

    /** One value, and where it must appear: values | kind | name | pointer | expected. "-" stands for a missing resource. */
    private static final String VALUES = """
            fullnameOverride: shop | StatefulSet | shop-streams | /spec/serviceName | shop
            image: {repository: registry.example/freshet} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/image | registry.example/freshet:0.1.0
            image: {tag: 1.2.3} | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/image | freshet:1.2.3
            image: {pullPolicy: Always} | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/imagePullPolicy | Always
            serviceAccount: {create: false} | ServiceAccount | north-freshet | /metadata/name | -
            serviceAccount: {name: shop} | StatefulSet | north-freshet-trainer | /spec/template/spec/serviceAccountName | shop
            serviceAccount: {annotations: {role: models}} | ServiceAccount | north-freshet | /metadata/annotations/role | models
            kafka: {bootstrapServers: "a:9092,b:9092"} | ConfigMap | north-freshet-settings | /data/FRESHET_KAFKA_BOOTSTRAP_SERVERS | a:9092,b:9092
            partitions: 24 | ConfigMap | north-freshet-settings | /data/FRESHET_TOPICS_PARTITIONS | 24
            settings: {FRESHET_LOG_LEVEL: debug} | ConfigMap | north-freshet-settings | /data/FRESHET_LOG_LEVEL | debug
            secretFiles: [{variable: FRESHET_HTTP_TOKEN_FILE, secret: tokens, key: all}] | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/env/7/value | /etc/freshet-secrets/tokens/all
            secretFiles: [{variable: FRESHET_HTTP_TOKEN_FILE, secret: tokens, key: all}] | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/volumeMounts/5/mountPath | /etc/freshet-secrets/tokens
            secretFiles: [{variable: FRESHET_HTTP_TOKEN_FILE, secret: tokens, key: all}] | StatefulSet | north-freshet-trainer | /spec/template/spec/volumes/5/secret/secretName | tokens
            http: {tokenSecret: tokens} | StatefulSet | north-freshet-streams | /spec/template/spec/volumes/1/secret/secretName | tokens
            http: {hosts: [a.example]} | ConfigMap | north-freshet-settings | /data/FRESHET_HTTP_HOSTS | north-freshet-http,*.svc,*.svc.cluster.local,a.example
            http: {serviceAnnotations: {mesh: "on"}} | Service | north-freshet-http | /metadata/annotations/mesh | on
            ingress: {enabled: true, host: a.example} | Ingress | north-freshet-http | /spec/rules/0/host | a.example
            ingress: {enabled: true, host: a.example} | ConfigMap | north-freshet-settings | /data/FRESHET_HTTP_HOSTS | north-freshet-http,*.svc,*.svc.cluster.local,a.example
            ingress: {enabled: true, host: a.example, className: nginx} | Ingress | north-freshet-http | /spec/ingressClassName | nginx
            ingress: {enabled: true, host: a.example, tlsSecret: tls} | Ingress | north-freshet-http | /spec/tls/0/secretName | tls
            ingress: {enabled: true, host: a.example, annotations: {body: 1m}} | Ingress | north-freshet-http | /metadata/annotations/body | 1m
            httpRoute: {enabled: true, hostnames: [a.example], parentRefs: [{name: edge}]} | HTTPRoute | north-freshet-http | /spec/parentRefs/0/name | edge
            httpRoute: {enabled: true, hostnames: [a.example], parentRefs: [{name: edge}]} | HTTPRoute | north-freshet-http | /spec/hostnames/0 | a.example
            httpRoute: {enabled: true, hostnames: [a.example], parentRefs: [{name: edge}], annotations: {a: b}} | HTTPRoute | north-freshet-http | /metadata/annotations/a | b
            modelStore: {size: 5Gi} | PersistentVolumeClaim | north-freshet-models | /spec/resources/requests/storage | 5Gi
            modelStore: {storageClassName: efs} | PersistentVolumeClaim | north-freshet-models | /spec/storageClassName | efs
            modelStore: {existingClaim: mine} | PersistentVolumeClaim | north-freshet-models | /metadata/name | -
            modelStore: {existingClaim: mine} | StatefulSet | north-freshet-trainer | /spec/template/spec/volumes/2/persistentVolumeClaim/claimName | mine
            modelStore: {url: "s3://m"} | PersistentVolumeClaim | north-freshet-models | /metadata/name | -
            modelStore: {url: "s3://m", endpoint: "http://s3:9000"} | ConfigMap | north-freshet-settings | /data/FRESHET_MODEL_STORE_S3_ENDPOINT | http://s3:9000
            modelStore: {url: "s3://m", pathStyle: true} | ConfigMap | north-freshet-settings | /data/FRESHET_MODEL_STORE_S3_PATH_STYLE | true
            modelStore: {secret: keys} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name | keys
            schemaRegistry: {url: "http://registry:8081"} | ConfigMap | north-freshet-settings | /data/FRESHET_SCHEMA_REGISTRY_URL | http://registry:8081
            schemaRegistry: {url: "http://registry:8081"} | NetworkPolicy | north-freshet | /spec/egress/3/ports/0/port | 8081
            schemaRegistry: {url: "https://registry/path"} | NetworkPolicy | north-freshet | /spec/egress/3/ports/0/port | 443
            schemaRegistry: {url: "http://registry", user: reader} | ConfigMap | north-freshet-settings | /data/FRESHET_SCHEMA_REGISTRY_USER | reader
            schemaRegistry: {url: "http://registry", passwordSecret: registry} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/env/3/value | /etc/freshet-secrets/registry/password
            racks: true | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/env/9/value | zone
            racks: true | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/env/3/name | FRESHET_KAFKA_CLIENT_RACK
            pod: {imagePullSecrets: [{name: pull}]} | StatefulSet | north-freshet-streams | /spec/template/spec/imagePullSecrets/0/name | pull
            pod: {nodeSelector: {kubernetes.io/arch: arm64}} | StatefulSet | north-freshet-streams | /spec/template/spec/nodeSelector/kubernetes.io~1arch | arm64
            pod: {tolerations: [{key: recommender, operator: Exists}]} | StatefulSet | north-freshet-trainer | /spec/template/spec/tolerations/0/key | recommender
            pod: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Exists}]}]}}}} | StatefulSet | north-freshet-streams | /spec/template/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0/key | disk
            pod: {priorityClassName: high} | StatefulSet | north-freshet-streams | /spec/template/spec/priorityClassName | high
            pod: {spreadZones: true} | StatefulSet | north-freshet-streams | /spec/template/spec/topologySpreadConstraints/1/topologyKey | topology.kubernetes.io/zone
            pod: {annotations: {a: b}} | StatefulSet | north-freshet-streams | /spec/template/metadata/annotations/a | b
            pod: {labels: {team: shop}} | StatefulSet | north-freshet-trainer | /spec/template/metadata/labels/team | shop
            pod: {env: [{name: TZ, value: UTC}]} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/env/3/value | UTC
            pod: {envFrom: [{secretRef: {name: more}}]} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/envFrom/1/secretRef/name | more
            pod: {volumes: [{name: ca, secret: {secretName: ca}}]} | StatefulSet | north-freshet-trainer | /spec/template/spec/volumes/5/name | ca
            pod: {volumeMounts: [{name: ca, mountPath: /etc/ca}]} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/volumeMounts/5/mountPath | /etc/ca
            pod: {initContainers: [{name: wait, image: busybox}]} | StatefulSet | north-freshet-streams | /spec/template/spec/initContainers/0/name | wait
            pod: {containers: [{name: proxy, image: proxy}]} | StatefulSet | north-freshet-streams | /spec/template/spec/containers/1/name | proxy
            streams: {replicas: 3} | StatefulSet | north-freshet-streams | /spec/replicas | 3
            streams: {javaOptions: -Xmx2g} | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/env/6/value | -Xmx2g
            streams: {resources: {limits: {memory: 5Gi}}} | StatefulSet | north-freshet-streams | /spec/template/spec/containers/0/resources/limits/memory | 5Gi
            streams: {storage: {size: 50Gi}} | StatefulSet | north-freshet-streams | /spec/volumeClaimTemplates/0/spec/resources/requests/storage | 50Gi
            streams: {storage: {storageClassName: fast}} | StatefulSet | north-freshet-streams | /spec/volumeClaimTemplates/0/spec/storageClassName | fast
            streams: {pod: {priorityClassName: high}} | StatefulSet | north-freshet-streams | /spec/template/spec/priorityClassName | high
            streams: {pod: {priorityClassName: high}} | StatefulSet | north-freshet-trainer | /spec/template/spec/priorityClassName | -
            trainer: {replicas: 1} | StatefulSet | north-freshet-trainer | /spec/replicas | 1
            trainer: {javaOptions: -Xmx2g} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/env/2/value | -Xmx2g
            trainer: {resources: {requests: {cpu: "4"}}} | StatefulSet | north-freshet-trainer | /spec/template/spec/containers/0/resources/requests/cpu | 4
            trainer: {pod: {nodeSelector: {gpu: "no"}}} | StatefulSet | north-freshet-trainer | /spec/template/spec/nodeSelector/gpu | no
            networkPolicy: {enabled: false} | NetworkPolicy | north-freshet | /metadata/name | -
            networkPolicy: {clients: [{namespaceSelector: {matchLabels: {name: edge}}}]} | NetworkPolicy | north-freshet-streams | /spec/ingress/0/from/3/namespaceSelector/matchLabels/name | edge
            networkPolicy: {allow: [eks, openshift-dns]} | NetworkPolicy | north-freshet-openshift-dns | /spec/egress/0/ports/0/port | 5353
            networkPolicy: {egress: [{ports: [{port: 4317}]}]} | NetworkPolicy | north-freshet | /spec/egress/3/ports/0/port | 4317
            strimzi: {enabled: true} | KafkaTopic | north-clicks | /spec/partitions | 32
            strimzi: {enabled: true, cluster: main} | KafkaUser | north-freshet-trainer | /metadata/labels/strimzi.io~1cluster | main
            strimzi: {enabled: true, cluster: main} | ConfigMap | north-freshet-settings | /data/FRESHET_KAFKA_BOOTSTRAP_SERVERS | main-kafka-bootstrap:9093
            strimzi: {enabled: true, authentication: scram-sha-512} | KafkaUser | north-shop-producer | /spec/authentication/type | scram-sha-512
            monitoring: {dashboards: true} | ConfigMap | north-freshet-dashboards | /metadata/labels/grafana_dashboard | 1
            monitoring: {serviceMonitor: true} | ServiceMonitor | north-freshet | /spec/endpoints/0/interval | 15s
            monitoring: {podMonitor: true} | PodMonitor | north-freshet | /spec/podMetricsEndpoints/0/path | /metrics
            monitoring: {alerts: true} | PrometheusRule | north-freshet | /spec/groups/0/name | freshet
            monitoring: {serviceMonitor: true, namespace: watch} | NetworkPolicy | north-freshet-metrics | /spec/ingress/0/from/0/namespaceSelector/matchLabels/kubernetes.io~1metadata.name | watch
            monitoring: {podMonitor: true, interval: 30s} | PodMonitor | north-freshet | /spec/podMetricsEndpoints/0/interval | 30s
            monitoring: {alerts: true, labels: {release: prometheus}} | PrometheusRule | north-freshet | /metadata/labels/release | prometheus
            monitoring: {serviceMonitor: true, tokenKey: metrics} | ServiceMonitor | north-freshet | /spec/endpoints/0/authorization/credentials/key | metrics
            strimzi: {enabled: true}, autoscaling: {enabled: true} | ScaledObject | north-freshet-streams | /spec/maxReplicaCount | 32
            strimzi: {enabled: true}, autoscaling: {enabled: true, minReplicas: 3} | ScaledObject | north-freshet-streams | /spec/fallback/replicas | 3
            strimzi: {enabled: true}, autoscaling: {enabled: true, maxReplicas: 6} | ScaledObject | north-freshet-streams | /spec/maxReplicaCount | 6
            strimzi: {enabled: true}, autoscaling: {enabled: true, clicksPerPod: 100} | ScaledObject | north-freshet-streams | /spec/advanced/scalingModifiers/formula | unready > 0 ? pods * 100 : lag
            strimzi: {enabled: true}, autoscaling: {enabled: true, prometheus: "http://p:9090"} | ScaledObject | north-freshet-streams | /spec/triggers/1/metadata/serverAddress | http://p:9090
            kafka: {bootstrapServers: "a:9092"}, autoscaling: {enabled: true, authentication: mine} | ScaledObject | north-freshet-streams | /spec/triggers/0/authenticationRef/name | mine
            kafka: {bootstrapServers: "a:9092"}, settings: {FRESHET_TOPICS_PREFIX: shop.}, autoscaling: {enabled: true} | ScaledObject | north-freshet-streams | /spec/triggers/0/metadata/topic | shop.clicks
            """;

    @TempDir
    private Path folder;

    /** A value and where it must appear. */
    record Case(String values, String kind, String name, String pointer, String expected) {
        String yaml() {
            return values.startsWith("{") ? values : "{" + values + "}";
        }

        @Override
        public String toString() {
            return values + " in " + kind;
        }
    }

    static Stream<Case> values() {
        return VALUES.lines().map(line -> line.split("\\s+\\|\\s+")).map(cells -> {
            assertThat(cells).hasSize(5);
            return new Case(cells[0], cells[1], cells[2], cells[3], cells[4]);
        });
    }

    @Test
    void shouldSatisfyHelmsOwnChecks() {
        assertThat(Chart.lint()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            base                  | freshet | freshet | image: {tag: latest}
            overlays/production   | freshet | freshet | image: {repository: registry.example/freshet}, pod: {spreadZones: true}
            overlays/brands/north | north   | shops   | image: {repository: registry.example/freshet}
            overlays/brands/south | south   | shops   | image: {repository: registry.example/freshet}
            """)
    void shouldRenderTheResourcesOfAnOverlay(String overlay, String release, String namespace, String values)
            throws IOException, InterruptedException {
        Kustomize.assumePresent();
        String operators = overlay.equals("base") ? "" : OPERATORS;

        List<String> differences = ChartComparison.differences(
                Kustomize.shared(Manifests.K8S.resolve(overlay)),
                Chart.OURS.render(release, namespace, operators + blockOf(values)));

        assertThat(differences).isEmpty();
    }

    /** An overlay with all components of which the chart has a value. */
    @Test
    void shouldRenderTheResourcesOfComponents() throws IOException, InterruptedException {
        Kustomize.assumePresent();
        Manifests overlay = Overlay.ofComponents(
                        "kafka", "monitoring", "autoscaling", "scram", "zones", "racks", "dashboards", "bucket")
                .withComponents("network/eks", "network/openshift-dns", "network/node-local-dns")
                .withComponents("network/otlp", "network/keycloak")
                .withSetting("FRESHET_MODEL_STORE_URL", "s3://models/north")
                .build(folder.resolve("components"));
        String values = """
                strimzi: {enabled: true, authentication: scram-sha-512}
                monitoring: {serviceMonitor: true, alerts: true, dashboards: true}
                autoscaling: {enabled: true}
                image: {tag: latest}
                racks: true
                pod: {spreadZones: true}
                modelStore: {url: "s3://models/north"}
                networkPolicy: {allow: [eks, openshift-dns, node-local-dns, otlp, keycloak]}
                """;

        assertThat(ChartComparison.differences(overlay, Chart.OURS.render("north", "shops", values)))
                .isEmpty();
    }

    @Test
    void shouldRenderTheResourcesOfSeveralLearners() throws IOException, InterruptedException {
        Kustomize.assumePresent();
        String values = """
                image: {tag: latest}
                trainer: {replicas: 3}
                settings: {FRESHET_LEARNERS_COUNT: "2", FRESHET_LEARNERS_MERGE_STEPS: "8"}
                """;

        assertThat(ChartComparison.differences(
                        Overlay.ofComponents("learners").build(folder.resolve("learners")),
                        Chart.OURS.render("north", "shops", values)))
                .isEmpty();
    }

    @ParameterizedTest(name = "{1} is {2}")
    @CsvSource(delimiter = '|', textBlock = """
            workloads.yaml | failureThreshold: 60            | failureThreshold: 6           | StatefulSet freshet-streams
            workloads.yaml | enableServiceLinks: false       | enableServiceLinks: true      | StatefulSet freshet-trainer
            workloads.yaml | ternary 30 60                   | ternary 60 30                 | StatefulSet freshet-trainer
            config.yaml    | maxUnavailable: 1               | maxUnavailable: 2             | PodDisruptionBudget freshet-trainer
            network.yaml   | endPort: 9094                   | endPort: 9999                 | NetworkPolicy freshet
            services.yaml  | publishNotReadyAddresses: true  | publishNotReadyAddresses: false | Service freshet
            config.yaml    | "-settings")                    | "-setting")                   | ConfigMap freshet-setting
            """)
    void shouldReportADifferenceFromTheBase(String file, String right, String wrong, String reported)
            throws IOException, InterruptedException {
        Kustomize.assumePresent();
        Chart chart = Chart.OURS.withMistake(folder.resolve("chart"), "templates/" + file, right, wrong);

        List<String> differences = ChartComparison.differences(
                Kustomize.shared(Manifests.BASE), chart.render("freshet", "freshet", "image: {tag: latest}"));

        assertThat(differences).anyMatch(difference -> difference.startsWith(reported));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            freshet | ''
            north   | ''
            freshet | OPERATORS
            north   | OPERATORS
            north   | FEATURES
            north   | SCRAM
            """)
    void shouldResolveEveryReference(String release, String features) throws IOException {
        String values = switch (features) {
            case "OPERATORS" -> OPERATORS;
            case "FEATURES" -> FEATURES;
            case "SCRAM" -> OPERATORS.replace("strimzi: {", "strimzi: {authentication: scram-sha-512, ");
            default -> "";
        };
        Manifests rendered = Chart.OURS.render(release, "shops", values);

        assertThat(faults(rendered)).isEmpty();
        for (Workload role : Workload.of(rendered)) {
            FreshetConfig config = role.config(rendered, properties(rendered), role.name() + "-0");
            assertThat(new MemoryFormula(role, config).bound()).isLessThan(role.memoryLimitBytes());
        }
    }

    @Test
    void shouldSeparateTwoReleasesThatShareANamespaceAndKafka() throws IOException {
        Manifests north = Chart.OURS.render("north", "shops", OPERATORS);
        Manifests south = Chart.OURS.render("south", "shops", OPERATORS);

        assertThat(north.names()).contains("KafkaTopic north-clicks", "KafkaUser north-shop-consumer");
        assertThat(BrandReferences.collisions(north, south)).isEmpty();
        assertThat(BrandReferences.collisions(north, north)).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("values")
    void shouldApplyAValue(Case changed) throws IOException {
        Manifests rendered = Chart.OURS.render("north", "shops", changed.yaml());

        JsonNode found = rendered.all(changed.kind()).stream()
                .filter(resource -> Manifests.nameOf(resource).equals(changed.name()))
                .findFirst()
                .map(resource -> resource.at(changed.pointer()))
                .orElseGet(JSON::missingNode);

        assertThat(found.isMissingNode() ? "-" : found.asText()).isEqualTo(changed.expected());
    }

    @Test
    void shouldTestEachValue() {
        Set<String> tested = new TreeSet<>();
        values().forEach(changed -> tested.addAll(leaves(load(changed.yaml()))));

        Set<String> untested = new TreeSet<>();
        for (String value : leaves(load(Manifests.read(Chart.OURS.folder().resolve("values.yaml"))))) {
            if (tested.stream().noneMatch(path -> (path + ".").startsWith(value + "."))) {
                untested.add(value);
            }
        }

        // The other resources of each role take the same way.
        untested.removeIf(value -> value.matches("(streams|trainer)\\.resources\\..*"));
        assertThat(untested).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            replicas: 3                                              | replicas
            streams: {replica: 3}                                    | replica
            streams: {replicas: two}                                 | replicas
            streams: {replicas: 33}                                  | streams.replicas must be at most partitions: 33 > 32
            streams: {pod: {toleration: []}}                         | toleration
            image: {pullPolicy: Sometimes}                           | pullPolicy
            settings: {FRESHET_SEQUENCER_WINDOW: 20}                 | FRESHET_SEQUENCER_WINDOW
            settings: {sequencer.window: "20"}                       | sequencer.window
            settings: {FRESHET_APPLICATION_ID: shop}                 | set fullnameOverride
            settings: {FRESHET_TOPICS_PARTITIONS: "8"}               | set partitions
            {strimzi: {enabled: true}, settings: {FRESHET_TOPICS_CLICKS: a}} | with fixed names
            {strimzi: {enabled: true}, settings: {FRESHET_MODEL_NAME: wide}} | with fixed names
            {strimzi: {enabled: true}, settings: {FRESHET_LEARNERS_COUNT: "2"}} | those of one learner
            kafka: {bootstrapServers: kafka}                         | bootstrapServers
            modelStore: {url: /models}                               | url
            secretFiles: [{variable: A, secret: b}]                  | key
            ingress: {enabled: true}                                 | ingress.host must be set
            httpRoute: {enabled: true, hostnames: [a.example]}       | httpRoute.parentRefs must be set
            monitoring: {serviceMonitor: true, podMonitor: true}     | must not both be true
            autoscaling: {enabled: true}                             | needs kafka.bootstrapServers
            {strimzi: {enabled: true}, autoscaling: {enabled: true, maxReplicas: 33}} | autoscaling.maxReplicas must be at most
            fullnameOverride: Shop                                   | fullnameOverride
            fullnameOverride: a-name-that-is-longer-than-pods-can-have-here | fullnameOverride
            """)
    void shouldRefuseValues(String values, String named) {
        assertThatThrownBy(() -> Chart.OURS.render("north", "shops", values)).hasMessageContaining(named);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            autoscaling.yaml | '    name: {{ $name }}-streams'        | '    name: {{ $name }}-trainer'  | scale target
            autoscaling.yaml | '    name: {{ $name }}-streams'        | '    name: freshet-streams'      | scale target
            autoscaling.yaml | consumerGroup: {{ $name }}             | consumerGroup: freshet           | group
            autoscaling.yaml | topic: {{ include "freshet.clicks" . }} | topic: clicks                   | topic
            autoscaling.yaml | namespace=%q, service=%q               | service=%q, namespace=%q         | query
            autoscaling.yaml | name: {{ $name }}-autoscaler           | name: freshet-autoscaler         | authentication
            strimzi.yaml     | name: {{ include "freshet.renamed" (dict "root" $ "old" .resource.name) }} | name: {{ .resource.name }} | right on group
            strimzi.yaml     | name: {{ include "freshet.renamed" (dict "root" $ "old" .resource.name) }} | name: south-{{ .resource.name }} | right on topic
            strimzi.yaml     | name: {{ include "freshet.renamed" (dict "root" $ "old" $topic.metadata.name) }} | name: {{ $topic.metadata.name }} | configured topic
            strimzi.yaml     | strimzi.io/cluster: {{ $.Values.strimzi.cluster }} | strimzi.io/cluster: other | cluster
            _helpers.tpl     | {{- include "freshet.prefix" .root }}{{ .old -}} | south-{{ .old -}}      | is in both brands
            _helpers.tpl     | "FRESHET_APPLICATION_ID" $name         | "FRESHET_APPLICATION_ID" "freshet" | application.id
            _helpers.tpl     | (list (printf "%s-http" $name)         | (list "freshet-http"             | http.hosts
            _helpers.tpl     | append $hosts .Values.ingress.host     | $hosts                           | host
            _helpers.tpl     | concat $hosts .Values.httpRoute.hostnames | $hosts                        | host
            services.yaml    | app.kubernetes.io/component: streams   | app.kubernetes.io/component: stream | selects nothing
            services.yaml    | 'name: {{ include "freshet.name" . }}-http' | 'name: freshet-http'        | backend
            network.yaml     | app.kubernetes.io/component: streams   | app.kubernetes.io/component: stream | selects nothing
            config.yaml      | '      app.kubernetes.io/component: {{ . }}' | ''                         | must select one
            config.yaml      | "suffix" "-models"                     | "suffix" "-model"                | claim
            workloads.yaml   | serviceName: {{ $name }}               | serviceName: {{ $name }}-http    | service
            workloads.yaml   | name: {{ $name }}-config               | name: freshet-config             | ConfigMap
            workloads.yaml   | secretName: {{ $name }}-{{ $role }}    | secretName: {{ $name }}-{{ $role }}-certificate | Secret
            workloads.yaml   | value: $(POD_NAME).$(SERVICE_NAME):8080 | value: $(POD_NAME):8080         | address
            workloads.yaml   | '{{- include "freshet.selector" $ | nindent 14 }}' | 'app: x'             | must select one
            autoscaling.yaml | 'parameter: key'                       | 'parameter: keys'                | login
            strimzi.yaml     | type: {{ $.Values.strimzi.authentication }} | type: scram-sha-512         | login
            _helpers.tpl     | "FRESHET_KAFKA_SECURITY_PROTOCOL" "SSL" | "FRESHET_KAFKA_SECURITY_PROTOCOL" "SASL_SSL" | login
            monitoring.yaml  | replacement: {{ $name }}               | replacement: freshet             | label service
            monitoring.yaml  | name: {{ include "freshet.tokenSecret" . }} | name: freshet-http          | Secret
            """)
    void shouldReportOnePlantedMistake(String file, String right, String wrong, String reported) throws IOException {
        Chart chart = Chart.OURS.withMistake(folder.resolve("chart"), "templates/" + file, right, wrong);

        assertThat(faults(chart)).anyMatch(fault -> fault.contains(reported));
    }

    @ParameterizedTest(name = "{0}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            workloads.yaml   | replicas: {{ $values.replicas }} | replica: {{ $values.replicas }}
            workloads.yaml   | matchLabelKeys:                | matchKeys:
            services.yaml    | ingressClassName:              | className:
            services.yaml    | backendRefs:                   | backends:
            services.yaml    | hostnames:                     | hosts:
            monitoring.yaml  | podMetricsEndpoints:           | endpoints:
            strimzi.yaml     | patternType:                   | pattern:
            autoscaling.yaml | configMapTargetRef:            | configMapRef:
            autoscaling.yaml | maxReplicaCount:               | maxReplicas:
            """)
    void shouldRefuseAResourceThatDoesNotConformToItsKind(String file, String right, String wrong) throws IOException {
        Chart chart = Chart.OURS.withMistake(folder.resolve("chart"), "templates/" + file, right, wrong);
        String values = FEATURES.replace("strimzi: {", "strimzi: {authentication: scram-sha-512, ");

        assertThat(Chart.OURS.render("north", "shops", values).resources()).isNotEmpty();
        assertThatThrownBy(() -> chart.render("north", "shops", values)).isInstanceOf(IllegalArgumentException.class);
    }

    private List<String> faults(Chart chart) throws IOException {
        List<String> faults = new ArrayList<>();
        Manifests north = chart.render("north", "shops", OPERATORS);
        faults.addAll(faults(north));
        faults.addAll(BrandReferences.collisions(north, chart.render("south", "shops", OPERATORS)));
        faults.addAll(faults(chart.render("north", "shops", FEATURES)));
        return faults;
    }

    private List<String> faults(Manifests rendered) throws IOException {
        return BrandReferences.faults(rendered, outside(), properties(rendered));
    }

    private static Manifests outside() {
        List<JsonNode> resources = new ArrayList<>(Manifests.parse(OUTSIDE).resources());
        resources.add(JSON.createObjectNode()
                .put("kind", "Kafka")
                .set(
                        "metadata",
                        JSON.createObjectNode().put("name", "freshet-kafka").put("namespace", "shops")));
        return new Manifests(resources);
    }

    private Path properties(Manifests rendered) throws IOException {
        V1ConfigMap map = rendered.all(V1ConfigMap.class).stream()
                .filter(candidate -> candidate.getData().containsKey("freshet.properties"))
                .findFirst()
                .orElseThrow();
        return Files.writeString(
                folder.resolve("freshet.properties"), map.getData().get("freshet.properties"));
    }

    /** Converts {@code a: 1, b: {c: 2}} to a map in block style, so that it can follow others. */
    private static String blockOf(String flow) {
        return new Yaml().dumpAsMap(new Yaml().load("{" + flow + "}"));
    }

    private static JsonNode load(String yaml) {
        return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    }

    /** Returns the path of each value that is not a map, or is an empty one. */
    private static Set<String> leaves(JsonNode values) {
        Set<String> leaves = new TreeSet<>();
        for (Map.Entry<String, JsonNode> value : values.properties()) {
            if (value.getValue().isObject() && !value.getValue().isEmpty()) {
                leaves(value.getValue()).forEach(path -> leaves.add(value.getKey() + "." + path));
            } else {
                leaves.add(value.getKey());
            }
        }
        return leaves;
    }
}
