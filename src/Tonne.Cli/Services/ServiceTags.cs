using System.Collections.Immutable;

namespace Tonne.Cli.Services;

/// <summary>The tag by which the runs of a service are found and totalled: <c>tonne total --by tag:service</c>.</summary>
static class ServiceTags
{
    /// <summary>The tags of a run of a service.</summary>
    public static ImmutableSortedDictionary<string, string> Create(string name) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("service", name);
}
