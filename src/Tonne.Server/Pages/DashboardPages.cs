using System.Net.Mime;
using System.Reflection;
using System.Text;

namespace Tonne.Server.Pages;

/// <summary>The pages of the dashboard: one document for every address, and the script and the style that it loads from <c>/assets</c>.</summary>
/// <remarks>They are resources of this assembly, built from <c>web/</c>. The names of script and style have the hash of their content, so a browser keeps them.</remarks>
static class DashboardPages
{
    const string Prefix = "dashboard/";
    const string Shell = Prefix + "index.html";
    const string Forever = "private, max-age=31536000, immutable";

    const string NotBuilt = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>tonne</title></head><body>
        <h1>This server was built without its pages</h1>
        <p>node and npm were missing when it was built, or the build of web/ failed. Install them (Debian: <code>apt install nodejs npm</code>), and run <code>./tonne serve</code> again.</p>
        <p>All figures are here: <a href="/api/v1/runs">runs</a>, <a href="/api/v1/totals?by=month">totals</a>, <a href="/openapi/v1.json">all addresses</a>.</p>
        </body></html>
        """;

    /// <summary>Addresses of pages; the script in the page shows the one that is asked for.</summary>
    public static IReadOnlyList<string> Addresses { get; } =
    [
        "/", "/runs/{run}", "/runs/{run}/live", "/compare", "/estimate/training", "/estimate/inference", "/footprint", "/catalogs",
        "/catalogs/{catalog}", "/doctor", "/totals", "/months/{month}", "/budgets", "/services", "/services/{service}", "/nodes",
    ];

    /// <summary>Whether the pages were built into this assembly.</summary>
    public static bool AreAvailable => Resources.GetManifestResourceInfo(Shell) is not null;

    static Assembly Resources => typeof(DashboardPages).Assembly;

    /// <summary>Adds the pages and what they load.</summary>
    /// <param name="routes">The routes of the server.</param>
    /// <param name="hasDatabase">Whether nodes push to a database: then the pages offer the one of the nodes.</param>
    public static void Map(IEndpointRouteBuilder routes, bool hasDatabase)
    {
        var page = AreAvailable
            ? Encoding.UTF8.GetString(Read(Shell)).Replace("{{store}}", hasDatabase ? "database" : "folder", StringComparison.Ordinal)
            : NotBuilt;
        foreach (var address in Addresses)
            routes.MapGet(address, () => Results.Text(page, MediaTypeNames.Text.Html, Encoding.UTF8)).ExcludeFromDescription();
        foreach (var name in Resources.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name != Shell))
        {
            var (content, type) = (Read(name), GetContentType(name));
            routes.MapGet("/assets/" + name[Prefix.Length..], (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = Forever;
                return Results.Bytes(content, type);
            }).ExcludeFromDescription();
        }
    }

    static string GetContentType(string name) => Path.GetExtension(name) switch
    {
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => MediaTypeNames.Application.Octet,
    };

    static byte[] Read(string name)
    {
        using var stream = Resources.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
