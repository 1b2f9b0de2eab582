using System.Net;
using System.Net.Mime;
using System.Text;
using Tonne.Formatting;
using Tonne.Quantities;
using Tonne.Server.Api;

namespace Tonne.Server.Pages;

/// <summary>The page at <c>/</c>: the newest runs with links to their documents.</summary>
static class RunListPage
{
    const int MaxRuns = 100;

    /// <summary>Adds the page.</summary>
    public static void Map(IEndpointRouteBuilder routes, RunDirectory runs) =>
        routes.MapGet("/", () => Results.Text(Render(runs), MediaTypeNames.Text.Html, Encoding.UTF8)).ExcludeFromDescription();

    static string Render(RunDirectory runs)
    {
        var all = runs.Read();
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>tonne</title></head><body>\n");
        page.Append($"<h1>tonne</h1>\n<p>{all.Count} runs in {Encode(runs.Home.Root)}. <a href=\"/api/v1/runs\">Runs</a>, <a href=\"/api/v1/totals?by=month\">totals</a>, "
            + "<a href=\"/openapi/v1.json\">all addresses</a>.</p>\n");
        if (all.Count == 0)
            page.Append("<p>No runs yet. Record one: <code>tonne run -- COMMAND</code></p>\n");
        page.Append("<table><thead><tr><th scope=\"col\">Run</th><th scope=\"col\">Name</th><th scope=\"col\">Status</th><th scope=\"col\">Started (UTC)</th><th scope=\"col\">Emissions</th></tr></thead><tbody>\n");
        foreach (var run in all.Take(MaxRuns))
        {
            page.Append($"<tr><td><a href=\"/api/v1/runs/{run.Id}\">{run.Id}</a></td><td>{Encode(run.Name)}</td><td>{(run.Status is { } status ? EnumWords.Format(status) : "")}</td>"
                + $"<td>{run.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm}</td><td>{(run.Total is { } total ? Encode(DisplayValue.Format(total.Bounds, "kg CO2e").FormatWithInterval("–")) : "")}</td></tr>\n");
        }

        return page.Append("</tbody></table>\n</body></html>\n").ToString();
    }

    static string Encode(string text) => WebUtility.HtmlEncode(TextSanitizer.ToOneLine(text));
}
