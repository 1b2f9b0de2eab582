using System.Reflection;
using Tonne.Accounting;
using Tonne.Catalogs;

namespace Tonne.Server.Api;

/// <summary>What answers, schema <c>tonne.version/1</c>.</summary>
/// <param name="Schema">Schema.</param>
/// <param name="Version">Version of tonne.</param>
/// <param name="Method">Version of the accounting method.</param>
/// <param name="FactorsHash">Hash of the factor tables.</param>
sealed record VersionDocument(string Schema, string Version, string Method, string FactorsHash)
{
    /// <summary>That of this server.</summary>
    public static VersionDocument Current { get; } = new(
        "tonne.version/1",
        typeof(VersionDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
        Accountant.MethodVersion, FactorSet.ShortHash);
}
