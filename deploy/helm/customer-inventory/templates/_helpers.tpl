{{- define "customer-inventory.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- /* The name of everything: the release's, which names the chart once. */}}
{{- define "customer-inventory.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "customer-inventory.selector" -}}
app.kubernetes.io/name: {{ include "customer-inventory.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "customer-inventory.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "customer-inventory.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: customer-inventory
{{- if .Values.oda.enabled }}
oda.tmforum.org/componentName: {{ include "customer-inventory.fullname" . }}
{{- end }}
{{- end }}

{{- define "customer-inventory.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{- define "customer-inventory.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "customer-inventory.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "customer-inventory.publicUrl" -}}
{{- if .Values.publicUrl }}
{{- .Values.publicUrl }}
{{- else if .Values.ingress.enabled }}
{{- printf "%s://%s" (ternary "https" "http" (ne .Values.ingress.tlsSecret "")) .Values.ingress.host }}
{{- else if and .Values.gateway.enabled .Values.gateway.hostnames }}
{{- printf "https://%s" (first .Values.gateway.hostnames) }}
{{- else }}
{{- printf "http://%s.%s.svc:%v" (include "customer-inventory.fullname" .) .Release.Namespace .Values.service.port }}
{{- end }}
{{- end }}

{{- /* What values contradict each other in, said before anything is made. */}}
{{- define "customer-inventory.check" -}}
{{- if not .Values.database.existingSecret }}
{{- fail "database.existingSecret is missing: name the Secret that holds the address of the database." }}
{{- end }}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) }}
{{- fail "gateway.parentRefs is empty: name the Gateway." }}
{{- end }}
{{- $most := ternary (int .Values.autoscaling.maxReplicas) (int .Values.replicaCount) .Values.autoscaling.enabled }}
{{- if not .Values.home.enabled }}
{{- if not .Values.keys.existingSecret }}
{{- fail "home.enabled is false and keys.existingSecret is missing: the keys would be lost with the pod." }}
{{- end }}
{{- else if and (gt $most 1) (not .Values.home.existingClaim) (not (has "ReadWriteMany" .Values.home.accessModes)) }}
{{- fail "home.accessModes has no ReadWriteMany: several replicas share one volume. Set replicaCount to 1, or home.enabled to false and keys.existingSecret." }}
{{- end }}
{{- range $name := list "CINV_DATABASE_URL" "CINV_HOME" "CINV_HOST" "CINV_PORT" "CINV_PUBLIC_URL" "CINV_DRAIN_SECONDS" "CINV_GRACE_SECONDS" }}
{{- if or (hasKey $.Values.settings $name) (hasKey $.Values.secretSettings $name) }}
{{- fail (printf "settings: %s is set by the chart; see publicUrl, database, shutdown." $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- /* Settings, as the service and the migration have them. */}}
{{- define "customer-inventory.env" -}}
- {name: CINV_HOME, value: /var/lib/customer-inventory}
- {name: CINV_LOG, value: {{ .Values.settings.CINV_LOG | default "json" | quote }}}
- {name: CINV_DATABASE_URL_FILE, value: /run/secrets/customer-inventory/database-url}
{{- range $name, $value := omit .Values.settings "CINV_LOG" }}
- {name: {{ $name }}, value: {{ $value | toString | quote }}}
{{- end }}
{{- range $name, $_ := .Values.secretSettings }}
- {name: {{ $name }}_FILE, value: /run/secrets/customer-inventory/{{ $name }}}
{{- end }}
{{- end }}

{{- /* Secrets as files of one folder: readable to the group of the pod, written by nobody. */}}
{{- define "customer-inventory.secrets" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ .Values.database.existingSecret }}
          items:
            - {key: {{ .Values.database.urlKey }}, path: database-url}
      {{- range $name, $from := .Values.secretSettings }}
      - secret:
          name: {{ $from.secret }}
          items:
            - {key: {{ $from.key }}, path: {{ $name }}}
      {{- end }}
{{- end }}

{{- /* What both need of the network: names, and the database. */}}
{{- define "customer-inventory.egress" -}}
- to:
    - namespaceSelector: {}
      podSelector:
        matchLabels: {k8s-app: kube-dns}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
- ports:
    - {port: {{ .Values.database.port }}, protocol: TCP}
  {{- with .Values.database.peers }}
  to:
    {{- toYaml . | nindent 8 }}
  {{- end }}
{{- end }}
