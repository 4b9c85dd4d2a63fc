{{/* Beginning of all names, and application.id. Pods have names such as NAME-streams-10, and labels with a hash. */}}
{{- define "freshet.name" -}}
{{- $name := .Values.fullnameOverride -}}
{{- if not $name -}}
{{- $name = contains "freshet" .Release.Name | ternary .Release.Name (printf "%s-freshet" .Release.Name) -}}
{{- end -}}
{{- if gt (len $name) 44 -}}
{{- fail (printf "The name must have at most 44 characters: name=%s. Set fullnameOverride." $name) -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/*
Beginning of the names of Strimzi's topics and of the users of other programs: north- for north-freshet, and shop. for shop.
It must not be the name and a hyphen, with which the internal topics begin: the streams role may write to all of those.
*/}}
{{- define "freshet.prefix" -}}
{{- $name := include "freshet.name" . -}}
{{- if hasSuffix "freshet" $name -}}
{{- trimSuffix "freshet" $name -}}
{{- else -}}
{{- printf "%s." $name -}}
{{- end -}}
{{- end -}}

{{/*
The name of a topic, a user or a right in files/, renamed for this release. Names that begin with application.id get
that of this release, other names get its prefix. Takes the root and the old name.
*/}}
{{- define "freshet.renamed" -}}
{{- if hasPrefix "freshet" .old -}}
{{- include "freshet.name" .root }}{{ trimPrefix "freshet" .old -}}
{{- else -}}
{{- include "freshet.prefix" .root }}{{ .old -}}
{{- end -}}
{{- end -}}

{{/* Labels of all pods, by which they are selected. */}}
{{- define "freshet.selector" -}}
app.kubernetes.io/name: freshet
app.kubernetes.io/instance: {{ include "freshet.name" . }}
{{- end -}}

{{/* Metadata of a resource. Takes the root, a suffix of the name, and the component, or none. */}}
{{- define "freshet.metadata" -}}
name: {{ include "freshet.name" .root }}{{ .suffix }}
{{ include "freshet.place" .root }}
  {{- with .component }}
  app.kubernetes.io/component: {{ . }}
  {{- end }}
{{- end -}}

{{/* Namespace and labels of a resource. */}}
{{- define "freshet.place" -}}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "freshet.selector" . | nindent 2 }}
  app.kubernetes.io/part-of: freshet
  app.kubernetes.io/managed-by: {{ .Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "freshet.account" -}}
{{- .Values.serviceAccount.name | default (include "freshet.name" .) -}}
{{- end -}}

{{- define "freshet.tokenSecret" -}}
{{- .Values.http.tokenSecret | default (printf "%s-http" (include "freshet.name" .)) -}}
{{- end -}}

{{/* The brokers that Freshet and the autoscaler use. Empty for those of files/freshet.properties. */}}
{{- define "freshet.brokers" -}}
{{- if .Values.strimzi.enabled -}}
{{- .Values.kafka.bootstrapServers | default (printf "%s-kafka-bootstrap:9093" .Values.strimzi.cluster) -}}
{{- else -}}
{{- .Values.kafka.bootstrapServers -}}
{{- end -}}
{{- end -}}

{{/* The topic of clicks. */}}
{{- define "freshet.clicks" -}}
{{- if .Values.strimzi.enabled -}}
{{- include "freshet.prefix" . }}clicks
{{- else -}}
{{- .Values.settings.FRESHET_TOPICS_CLICKS | default (printf "%sclicks" (.Values.settings.FRESHET_TOPICS_PREFIX | default "")) -}}
{{- end -}}
{{- end -}}

{{/* The port of the schema registry, which the network policy opens. */}}
{{- define "freshet.registryPort" -}}
{{- $url := urlParse .Values.schemaRegistry.url -}}
{{- regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) | default (eq $url.scheme "https" | ternary "443" "80") -}}
{{- end -}}

{{/* Environment variables of both roles: those that the values imply, and settings, which override them. */}}
{{- define "freshet.settings" -}}
{{- $name := include "freshet.name" . -}}
{{- $hosts := concat (list (printf "%s-http" $name) "*.svc" "*.svc.cluster.local") .Values.http.hosts -}}
{{- if .Values.ingress.enabled -}}
{{- $hosts = append $hosts .Values.ingress.host -}}
{{- end -}}
{{- if .Values.httpRoute.enabled -}}
{{- $hosts = concat $hosts .Values.httpRoute.hostnames -}}
{{- end -}}
{{- $settings := dict
      "FRESHET_APPLICATION_ID" $name
      "FRESHET_HTTP_HOSTS" (join "," $hosts)
      "FRESHET_TOPICS_PARTITIONS" (.Values.partitions | int) -}}
{{- with include "freshet.brokers" . -}}
{{- $_ := set $settings "FRESHET_KAFKA_BOOTSTRAP_SERVERS" . -}}
{{- end -}}
{{- with .Values.modelStore -}}
{{- if .url -}}
{{- $_ := set $settings "FRESHET_MODEL_STORE_URL" .url -}}
{{- with .endpoint -}}
{{- $_ := set $settings "FRESHET_MODEL_STORE_S3_ENDPOINT" . -}}
{{- end -}}
{{- if .pathStyle -}}
{{- $_ := set $settings "FRESHET_MODEL_STORE_S3_PATH_STYLE" "true" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- with .Values.schemaRegistry -}}
{{- if .url -}}
{{- $_ := set $settings "FRESHET_SCHEMA_REGISTRY_URL" .url -}}
{{- with .user -}}
{{- $_ := set $settings "FRESHET_SCHEMA_REGISTRY_USER" . -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.strimzi.enabled -}}
{{- $_ := set $settings "FRESHET_KAFKA_SSL_TRUSTSTORE_TYPE" "PEM" -}}
{{- $_ := set $settings "FRESHET_KAFKA_SSL_TRUSTSTORE_LOCATION" "/etc/freshet-kafka/ca/ca.crt" -}}
{{- if eq .Values.strimzi.authentication "tls" -}}
{{- $_ := set $settings "FRESHET_KAFKA_SECURITY_PROTOCOL" "SSL" -}}
{{- $_ := set $settings "FRESHET_KAFKA_SSL_KEYSTORE_TYPE" "PKCS12" -}}
{{- $_ := set $settings "FRESHET_KAFKA_SSL_KEYSTORE_LOCATION" "/etc/freshet-kafka/user/user.p12" -}}
{{- else -}}
{{- $_ := set $settings "FRESHET_KAFKA_SECURITY_PROTOCOL" "SASL_SSL" -}}
{{- $_ := set $settings "FRESHET_KAFKA_SASL_MECHANISM" "SCRAM-SHA-512" -}}
{{- end -}}
{{- $_ := set $settings "FRESHET_TOPICS_CREATE" "false" -}}
{{- range splitList "\n---\n" (.Files.Get "files/topics.yaml") -}}
{{- $topic := (fromYaml .).metadata.name -}}
{{- $_ := set $settings (printf "FRESHET_TOPICS_%s" ($topic | upper | replace "-" "_")) (include "freshet.renamed" (dict "root" $ "old" $topic)) -}}
{{- end -}}
{{- end -}}
{{- range $variable, $value := mergeOverwrite $settings .Values.settings }}
{{ $variable }}: {{ $value | toString | quote }}
{{- end -}}
{{- end -}}

{{/* Secrets that are mounted as files, as JSON: items with variable, secret and key. */}}
{{- define "freshet.secretFiles" -}}
{{- $files := .Values.secretFiles -}}
{{- with .Values.schemaRegistry.passwordSecret -}}
{{- $files = append $files (dict "variable" "FRESHET_SCHEMA_REGISTRY_PASSWORD_FILE" "secret" . "key" "password") -}}
{{- end -}}
{{- toJson $files -}}
{{- end -}}

{{/* Fails if values contradict each other. The schema checks each value by itself. */}}
{{- define "freshet.check" -}}
{{- range $variable, $instead := dict
      "FRESHET_APPLICATION_ID" "fullnameOverride"
      "FRESHET_TOPICS_PARTITIONS" "partitions"
      "FRESHET_KAFKA_BOOTSTRAP_SERVERS" "kafka.bootstrapServers"
      "FRESHET_HTTP_HOSTS" "http.hosts"
      "FRESHET_MODEL_STORE_URL" "modelStore.url"
      "FRESHET_SCHEMA_REGISTRY_URL" "schemaRegistry.url" -}}
{{- if hasKey $.Values.settings $variable -}}
{{- fail (printf "settings must not contain %s: set %s" $variable $instead) -}}
{{- end -}}
{{- end -}}
{{- if .Values.strimzi.enabled -}}
{{- range $variable, $_ := .Values.settings -}}
{{- if or (has $variable (list "FRESHET_MODEL_NAME" "FRESHET_LEARNERS_COUNT")) (and (hasPrefix "FRESHET_TOPICS_" $variable) (not (regexMatch "_MS$|_FACTOR$" $variable))) -}}
{{- fail (printf "settings must not contain %s with strimzi.enabled: the topics and rights are those of one learner, with fixed names" $variable) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.monitoring.serviceMonitor .Values.monitoring.podMonitor -}}
{{- fail "monitoring.serviceMonitor and monitoring.podMonitor must not both be true: the metrics would count twice" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host must be set: Freshet answers only for names that it knows" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not (and .Values.httpRoute.hostnames .Values.httpRoute.parentRefs)) -}}
{{- fail "httpRoute.hostnames and httpRoute.parentRefs must be set: Freshet answers only for names that it knows" -}}
{{- end -}}
{{- if gt (int .Values.streams.replicas) (int .Values.partitions) -}}
{{- fail (printf "streams.replicas must be at most partitions: %d > %d" (int .Values.streams.replicas) (int .Values.partitions)) -}}
{{- end -}}
{{- if .Values.autoscaling.enabled -}}
{{- if not (include "freshet.brokers" .) -}}
{{- fail "autoscaling.enabled needs kafka.bootstrapServers or strimzi.enabled" -}}
{{- end -}}
{{- $most := int .Values.autoscaling.maxReplicas | default (int .Values.partitions) -}}
{{- if gt (int .Values.autoscaling.minReplicas) $most -}}
{{- fail (printf "autoscaling.minReplicas must be at most maxReplicas and partitions: %d > %d" (int .Values.autoscaling.minReplicas) $most) -}}
{{- end -}}
{{- if gt (int .Values.autoscaling.maxReplicas) (int .Values.partitions) -}}
{{- fail (printf "autoscaling.maxReplicas must be at most partitions: %d > %d" (int .Values.autoscaling.maxReplicas) (int .Values.partitions)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
