const e=3386,r=[3386],d={33386:((t,o,n)=>{throw n.r(o),n.d(o,{start:()=>s}),new Error("only a worker process loads an engine");const s=void 0})};export{e as id,r as ids,d as modules};
