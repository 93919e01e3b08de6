{{- define "keydesk.name" -}}
{{- .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "keydesk.selector" -}}
app.kubernetes.io/name: keydesk
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "keydesk.labels" -}}
{{ include "keydesk.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
