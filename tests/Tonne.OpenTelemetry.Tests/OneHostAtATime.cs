// OpenTelemetry listens to every meter of a name in the process, also to those of another test's host.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
